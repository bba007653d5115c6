import type { Resources } from "./resources.ts";
import type { Telling } from "./tell.ts";
import type { Act, Attempt, Check, Intent, StepContext } from "./context.ts";

/**
 * One kind of step: check (read-only) → apply → verify. A kind that changes nothing has only `apply`.
 * `S` is the kind's own part of the runbook, resolved for one host or for the step as a whole.
 */
export interface StepKind<S> {
  readonly name: string;
  /** True when `apply` changes something: then it is journaled as an intent first, and checked before and after. */
  readonly mutates: boolean;
  /** What it does, as lines that an approver reads. */
  describe(step: S, resources: Resources): readonly string[];
  /** Read-only questions that would tell a person whether it is done. */
  tell?(step: S, resources: Resources): readonly Telling[];
  /** Whether the step is done, read-only. Without one only the journal and `repeatable` decide. */
  check?(step: S, context: StepContext): Promise<Check>;
  /** What the journal keeps of an attempt before it is sent; read-only. An act instead of an intent stops the step. */
  intend?(step: S, context: StepContext): Promise<Intent | Act>;
  /** Does it. For a mutation `attempt` is journaled already. */
  apply(step: S, context: StepContext, attempt: Attempt): Promise<Act>;
  /** Follows an attempt of an earlier run to its end without sending anything again; undefined when nothing is left of it. */
  resume?(step: S, context: StepContext, attempt: Attempt): Promise<Act | undefined>;
  /** Where an attempt still runs, or why that cannot be told; undefined when it has ended. Without one the check knows. */
  underWay?(step: S, context: StepContext, attempt: Attempt): Promise<string | undefined>;
  /** Called when the attempt's end is journaled, to drop what was kept for a later run. */
  settle?(step: S, context: StepContext, attempt: Attempt): Promise<void>;
}
