import type { Phase, Step } from "../runbook/schema.ts";

/** What the steps of a phase ask of whoever dispatches it. */
export interface Needs {
  /** Some step counts a loss, which has to be accepted; `protected`: only where the environment is. */
  readonly loss: "always" | "protected" | undefined;
  /** Some step is done or left out by the input `keep-503`. */
  readonly keep503: boolean;
}

export function needsOf(phases: readonly Phase[]): Needs {
  const steps = phases.flatMap((phase) => phase.steps.flatMap(withCleanUp));
  const losses = steps.flatMap((step) => (step.kind === "loss" ? [step.loss] : []));
  const always = losses.some((loss) => loss.kind === "since" || loss.when === undefined);
  return {
    loss: losses.length === 0 ? undefined : always ? "always" : "protected",
    keep503: steps.some(({ when = [] }) =>
      when.some((one) => one.kind === "input" && one.input === "keep-503"),
    ),
  };
}

function withCleanUp(step: Step): readonly Step[] {
  return [step, ...(step.onRefusal ?? []).flatMap(withCleanUp)];
}
