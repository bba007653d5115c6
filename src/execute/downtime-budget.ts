import type { Observation } from "../journal/event.ts";
import type { JournalState } from "../journal/replay.ts";
import { sayClock } from "../journal/say-clock.ts";
import type { DowntimeProjection } from "../journal/timing.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase, PlannedStep } from "../plan/plan.ts";
import { kindOf } from "../steps/index.ts";
import { type Estimate, estimateOf, isJob, isTelling, type JobRate } from "./estimate.ts";

/** What a budget is judged by: the plan, the phase that is executed, and what the round's journal says. */
export interface BudgetView {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly state: JournalState;
  readonly now: Date;
  /** Whether this run of the phase has changed something. */
  readonly mutated: boolean;
}

/** How long the downtime may take in all: as a person decided last, otherwise as the plan says. */
export function budgetOf(plan: Plan, state: JournalState): number | undefined {
  return state.budgetDecision()?.seconds ?? plan.downtime?.budgetSeconds;
}

/** How a step comes to be begun: in its turn, once more for a redo, or since what an earlier run sent is gone. */
type Manner = "in-turn" | "redo" | "sent-anew";

/** Why a step is not started, and what a person can do then. */
export interface BudgetStop {
  readonly detail: string;
  readonly next: string;
}

/**
 * Why a step must not be started without a decision: the budget is spent, or the step is not expected to fit into what
 * is left. Until the phase has changed anything, all the rest of it has to fit. Undefined when it may start.
 */
export function budgetStop(
  view: BudgetView,
  step: PlannedStep,
  manner: Manner,
): BudgetStop | undefined {
  const { plan, phase, state, now } = view;
  const budget = budgetOf(plan, state);
  const { running, seconds: elapsed } = state.downtime(now);
  if (budget === undefined || !running || isExempt(view, step, manner)) return undefined;
  const ahead = view.mutated ? [{ phase, step }] : aheadInPhase(view, step);
  const sum = sumOf(ahead, state);
  const spent = elapsed >= budget;
  if (!spent && elapsed + sum.seconds <= budget) return undefined;
  const what = view.mutated ? "this step" : "what is left of this phase";
  const verdict = spent ? "the budget is spent" : "it is not expected to fit into the budget";
  return {
    detail: `${verdict}: writes are down for ${sayClock(elapsed)} of ${sayClock(budget)}, and ${saySum(what, sum)}; what was done before stands, and the clock runs`,
    next: `decide: dispatch Resolve with step downtime, ruling budget=DURATION (more than ${sayClock(elapsed)} in all, such as budget=3h) and a reason, then re-run phase ${phase.id}; or dispatch the rollback`,
  };
}

/** What is expected, from what that is known, and of what nothing is known. */
function saySum(what: string, { seconds, from, unknownJobs }: Sum): string {
  if (from.length === 0) return `nothing tells how long ${what} takes`;
  const without = unknownJobs.length === 0 ? "" : `, without ${unknownJobs.join(", ")}`;
  return `${what} is expected to take ${sayClock(seconds)}${without} (${from.join("; ")})`;
}

/** Ways back and what reopens are never stopped; nor what is done already, or on its way to what still runs. */
function isExempt({ phase, state }: BudgetView, step: PlannedStep, manner: Manner): boolean {
  if (phase.dispatched !== undefined || reopens(phase) || ends(phase, step)) return true;
  const done = state.step(phase.id, step.id).done;
  const { id: round } = state.round ?? {};
  const flying = state.inFlight().some((one) => one.round === round && one.phase === phase.id);
  return (flying && manner !== "sent-anew") || (done && manner === "in-turn");
}

/** The step that ends the downtime; where that is a probe, also the act that it proves. */
function ends({ steps }: PlannedPhase, step: PlannedStep): boolean {
  if (step.downtime === "ends") return true;
  const at = steps.findIndex(({ downtime }) => downtime === "ends");
  if (steps[at]?.kind !== "probe") return false;
  const mutates = ({ units }: PlannedStep): boolean =>
    units.some(({ unit }) => kindOf(unit).mutates);
  return steps.slice(0, at).findLast(mutates) === step;
}

/** A phase that ends the downtime of an earlier one: all that it does is needed to reopen. */
function reopens({ steps }: PlannedPhase): boolean {
  const has = (what: "starts" | "ends"): boolean => steps.some(({ downtime }) => downtime === what);
  return has("ends") && !has("starts");
}

interface Ahead {
  readonly phase: PlannedPhase;
  readonly step: PlannedStep;
}

function aheadInPhase({ phase, state }: BudgetView, step: PlannedStep): readonly Ahead[] {
  return untilReopening(
    phase.steps.slice(phase.steps.indexOf(step)).map((one) => ({ phase, step: one })),
  ).filter((one) => !isDone(one, state));
}

/** What the chain still has before it once a step is over, up to the one that ends the downtime. */
function aheadInChain({ plan, phase, state }: BudgetView, step: PlannedStep): readonly Ahead[] {
  const all = chainOf(plan).flatMap((one) => one.steps.map((of) => ({ phase: one, step: of })));
  const at = all.findIndex((one) => one.phase.id === phase.id && one.step.id === step.id);
  return untilReopening(all.slice(at + 1)).filter((one) => !isDone(one, state));
}

function untilReopening(ahead: readonly Ahead[]): readonly Ahead[] {
  const end = ahead.findIndex(({ step }) => step.downtime === "ends");
  return end < 0 ? ahead : ahead.slice(0, end + 1);
}

function isDone({ phase, step }: Ahead, state: JournalState): boolean {
  return state.step(phase.id, step.id).done;
}

interface Sum {
  readonly seconds: number;
  readonly from: readonly string[];
  readonly unknownJobs: readonly string[];
}

function sumOf(ahead: readonly Ahead[], state: JournalState, rate?: JobRate): Sum {
  const each = ahead.map(({ phase, step }) => ({
    step,
    estimate: estimateOf(phase.id, step, state, rate),
  }));
  const known = each.flatMap(({ step, estimate }) =>
    estimate === undefined ? [] : [{ step, estimate }],
  );
  return {
    seconds: known.reduce((sum, { estimate }) => sum + estimate.seconds, 0),
    from: known.map(({ step, estimate }) => sayEstimate(step, estimate, known.length)),
    unknownJobs: each.flatMap(({ step, estimate }) =>
      estimate === undefined && isJob(step) ? [step.id] : [],
    ),
  };
}

function sayEstimate({ id }: PlannedStep, { from }: Estimate, of: number): string {
  return of === 1 ? from : `${id}: ${from}`;
}

type Progress = Extract<Observation, { kind: "progress" }>;

/** A job's progress with where the downtime stands and how long it is expected to be; as it was where none runs. */
export function withProjection(view: BudgetView, step: PlannedStep, progress: Progress): Progress {
  const { plan, phase, state, now } = view;
  const budgetSeconds = budgetOf(plan, state);
  const { running, seconds: elapsedSeconds } = state.downtime(now);
  if (budgetSeconds === undefined || !running || phase.dispatched !== undefined) return progress;
  const { done, total, perSecond = 0 } = progress;
  const rate = isTelling(done, perSecond) ? { perSecond, step: step.id } : undefined;
  const left = leftOf(view, step, progress);
  const later = sumOf(aheadInChain(view, step), state, rate);
  const unknownHere = left === undefined && done !== total ? [step.id] : [];
  const downtime: DowntimeProjection = {
    elapsedSeconds,
    budgetSeconds,
    expectedSeconds: elapsedSeconds + (left ?? 0) + later.seconds,
    unknownJobs: [...unknownHere, ...later.unknownJobs],
  };
  return { ...progress, downtime };
}

/** What is left of a job at its own rate, or, as long as it has none, in proportion to what is expected of it. */
function leftOf(
  { phase, state }: BudgetView,
  step: PlannedStep,
  { done, total, perSecond = 0 }: Progress,
): number | undefined {
  if (total === undefined || total === 0) return undefined;
  const left = Math.max(0, total - done);
  if (perSecond > 0) return left / perSecond;
  const estimate = estimateOf(phase.id, step, state);
  return estimate === undefined ? undefined : (estimate.seconds * left) / total;
}

/** A sentence when the downtime that is about to start is not expected to fit into its budget. */
export function expectedToPass(view: BudgetView, step: PlannedStep): string | undefined {
  const { plan, phase, state, now } = view;
  const budget = budgetOf(plan, state);
  const { running } = state.downtime(now);
  if (budget === undefined || running || step.downtime !== "starts") return undefined;
  if (phase.dispatched !== undefined || isDone({ phase, step }, state)) return undefined;
  const { seconds } = sumOf(aheadInChain(view, step), state);
  if (seconds <= budget) return undefined;
  return `the downtime is expected to take ${sayClock(seconds)}, and its budget is ${sayClock(budget)}`;
}
