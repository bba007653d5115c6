import { renderCommand } from "../transport/shell.ts";
import type { Act } from "./context.ts";
import { readNames } from "./read-names.ts";
import type { StepKind } from "./step-kind.ts";

/** A named reading and the values that are wanted; several values of one name are alternatives. */
export interface ReadingSpec {
  readonly reading: string;
  readonly expect: Readonly<Record<string, readonly string[]>>;
}

/** `reading`: reads and compares, changes nothing. */
export const reading: StepKind<ReadingSpec> = {
  name: "reading",
  mutates: false,
  describe: (step, { readings }) => [
    ...(readings[step.reading]?.on ?? []).map(
      ({ host, command }) => `${host}: ${renderCommand(command)}`,
    ),
    ...Object.entries(step.expect).map(
      ([name, values]) => `${name} must be ${values.map(shown).join(" or ")}`,
    ),
  ],
  apply: async (step, context): Promise<Act> => {
    const found = await readNames(step.reading, context);
    if (!found.ok) return { outcome: "not-met", detail: found.reason };
    const wrong = Object.entries(step.expect).filter(
      ([name, values]) => !values.includes(found.values[name] ?? ""),
    );
    if (wrong.length === 0) {
      return {
        outcome: "succeeded",
        detail: Object.entries(found.values)
          .map(([name, value]) => `${name}=${shown(value)}`)
          .join(" "),
      };
    }
    const problems = wrong.map(
      ([name, values]) =>
        `${name} is ${shown(found.values[name] ?? "")}, wanted ${values.map(shown).join(" or ")}`,
    );
    return { outcome: "not-met", detail: problems.join("; ") };
  },
};

function shown(value: string): string {
  return value === "" ? "(unset)" : value;
}
