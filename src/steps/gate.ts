import type { Act } from "./context.ts";
import type { StepKind } from "./step-kind.ts";

/** The verdict that must be good. */
export interface GateSpec {
  readonly gate: string;
}

/** `gate`: passes only on the newest good verdict of this round. */
export const gate: StepKind<GateSpec> = {
  name: "gate",
  mutates: false,
  describe: (step) => [`the verdict of step ${step.gate} must be good`],
  apply: (step, context): Promise<Act> => {
    const verdict = context.verdictOf(step.gate);
    if (verdict === undefined) {
      return Promise.resolve({
        outcome: "not-met",
        detail: `step ${step.gate} has given no verdict in this round`,
      });
    }
    if (verdict.good)
      return Promise.resolve({ outcome: "succeeded", detail: "the verdict is good" });
    return Promise.resolve({
      outcome: "not-met",
      detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
      next: `resolve what the verdict names (or accept it in a reviewed change of the baseline), then run the phase of step ${step.gate} again; or dispatch the rollback`,
    });
  },
};
