import { setOutput } from "@actions/core";

/** One output of the action's contract, as action.yml declares it. */
export interface OutputDefinition {
  readonly description: string;
}

/** Every output of the action. action.yml is held against this list, both ways. */
export const outputDefinitions = {
  outcome: {
    description:
      "How the phase ended: succeeded, already-done, refused, failed, cancelled or unknown.",
  },
  "plan-digest": {
    description: "Digest of the plan that was shown or executed.",
  },
  journal: {
    description: "Path of the runner's copy of the journal.",
  },
  "downtime-seconds": {
    description: "Seconds of downtime so far in this round; empty before it starts.",
  },
  "unknown-failures": {
    description: "Failures that the baseline does not know; empty before they are counted.",
  },
} as const satisfies Readonly<Record<string, OutputDefinition>>;

/** The name of an output, as in `steps.<id>.outputs`. */
export type OutputName = keyof typeof outputDefinitions;

/** The outputs of one phase; what is absent stays empty. */
export type ActionOutputs = Readonly<Partial<Record<OutputName, string | number>>>;

/** Hands the outputs to the runner. Called before anything is thrown, so that a failed phase has them too. */
export function writeOutputs(
  outputs: ActionOutputs,
  write: (name: string, value: string) => void = setOutput,
): void {
  for (const [name, value] of Object.entries(outputs)) {
    if (value !== undefined) write(name, String(value));
  }
}
