import { runCheck } from "./check.ts";
import type { Act } from "./context.ts";
import type { StepKind } from "./step-kind.ts";

/** A console in which no job of a poll may run. */
export interface IdleSpec {
  readonly console: string;
  readonly poll: string;
}

/** `poll-idle`: changes nothing, wants that nobody else does. */
export const idle: StepKind<IdleSpec> = {
  name: "poll-idle",
  mutates: false,
  describe: (step) => [`no ${step.poll} may run in console ${step.console}`],
  apply: async (step, context): Promise<Act> => {
    const check = await runCheck({ type: "idle", console: step.console, poll: step.poll }, context);
    return { outcome: check.state === "done" ? "succeeded" : "not-met", detail: check.detail };
  },
};
