import type { Act } from "./context.ts";
import { sayNext } from "./verdict-next.ts";
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
    const now = context.baselineDigest;
    if (verdict === undefined) {
      return Promise.resolve({
        outcome: "not-met",
        detail: `step ${step.gate} has given no verdict in this round`,
      });
    }
    if (verdict.good && (verdict.baselineDigest ?? now) !== now)
      return Promise.resolve({
        outcome: "not-met",
        detail: `the verdict of step ${step.gate} is good by known failures that have changed since`,
        next: `run the phase of step ${step.gate} again: it gives the verdict anew, by the known failures of now`,
      });
    if (verdict.good)
      return Promise.resolve({ outcome: "succeeded", detail: "the verdict is good" });
    return Promise.resolve({
      outcome: "not-met",
      detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
      next: `make good what the verdict of step ${step.gate} names, in the phase of that step: ${sayNext(verdict.reasons, verdict.next ?? [])}`,
    });
  },
};
