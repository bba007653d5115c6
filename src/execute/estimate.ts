import type { JournalState } from "../journal/replay.ts";
import type { PlannedStep } from "../plan/plan.ts";

/** How long something is expected to take, and from what that is known; never more than an expectation. */
export interface Estimate {
  readonly seconds: number;
  readonly from: string;
}

/** A rate at which a job of this round handles its objects. */
export interface JobRate {
  readonly perSecond: number;
  readonly step: string;
}

/** A job that was over sooner tells how long an answer took, and not how fast it was. */
const tellingSeconds = 10;

/**
 * How long a step of the downtime is expected to take: by a rehearsed environment, scaled by what there is to handle;
 * by the slowest job of this round; by what the runbook itself waits for. Undefined when nothing tells.
 */
export function estimateOf(
  phase: string,
  step: PlannedStep,
  state: JournalState,
  now?: JobRate,
): Estimate | undefined {
  return rehearsed(phase, step, state) ?? byRate(step, state, now) ?? demanded(step);
}

/** The object that a job handles: what it reconciles with. */
function handledBy({ units }: PlannedStep): string | undefined {
  const [unit] = units.map((one) => one.unit);
  return unit?.kind === "eval" ? unit.spec.job?.reconciles : undefined;
}

/** True for a step that starts a job and follows it: only of such a step it matters that its length is unknown. */
export function isJob({ units }: PlannedStep): boolean {
  return units.some(({ unit }) => unit.kind === "eval" && unit.spec.job !== undefined);
}

function rehearsed(phase: string, step: PlannedStep, state: JournalState): Estimate | undefined {
  const expected = state.expectedTimings();
  const timing = expected?.timings.steps[`${phase}/${step.id}`];
  if (expected === undefined || timing === undefined) return undefined;
  const { seconds, objects = 0 } = timing;
  const total = totalOf(step, state);
  if (total === undefined || objects === 0) return { seconds, from: `as in ${expected.source}` };
  const from = `${total} objects, where ${objects} took ${Math.round(seconds)} s in ${expected.source}`;
  return { seconds: (seconds * total) / objects, from };
}

function byRate(
  step: PlannedStep,
  state: JournalState,
  now: JobRate | undefined,
): Estimate | undefined {
  const total = totalOf(step, state);
  const [slowest] = [...ratesOf(state), ...(now === undefined ? [] : [now])].toSorted(
    (a, b) => a.perSecond - b.perSecond,
  );
  if (total === undefined || slowest === undefined) return undefined;
  const rate = Number(slowest.perSecond.toPrecision(2));
  const from = `${total} objects at ${rate}/s, the slowest rate of this round so far (${slowest.step})`;
  return { seconds: total / slowest.perSecond, from };
}

/** The last rate of each job of this round that ran long enough to have one. */
function ratesOf(state: JournalState): readonly JobRate[] {
  const rates = new Map<string, JobRate>();
  for (const { event, observation } of state.observationsOf("progress")) {
    const { done, perSecond = 0 } = observation;
    const step = event.place.step ?? "";
    if (isTelling(done, perSecond)) rates.set(step, { perSecond, step });
  }
  return [...rates.values()];
}

/** Whether so many objects at that rate are enough to go by. */
export function isTelling(done: number, perSecond: number): boolean {
  return perSecond > 0 && done / perSecond >= tellingSeconds;
}

/** How many objects a job has to handle, by the newest comparison of this round. */
function totalOf(step: PlannedStep, state: JournalState): number | undefined {
  const name = handledBy(step);
  if (name === undefined) return undefined;
  const rows = state.observationsOf("reconciled").flatMap(({ observation }) => observation.rows);
  const sides = rows.findLast((row) => row.name === name)?.sides;
  return sides?.["dets"] ?? sides?.["source"];
}

/** What the runbook itself waits for is the least that such a step takes. */
function demanded({ units }: PlannedStep): Estimate | undefined {
  const seconds = Math.max(
    0,
    ...units.map(({ unit }) => (unit.kind === "watch" ? waitOf(unit.spec.ends) : 0)),
  );
  return seconds === 0 ? undefined : { seconds, from: "the runbook waits so long" };
}

function waitOf(ends: { forSeconds: number } | { quietSeconds: number }): number {
  return "forSeconds" in ends ? ends.forSeconds : ends.quietSeconds;
}
