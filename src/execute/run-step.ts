import type { EventBody, Observation, Outcome, Place } from "../journal/event.ts";
import { JournalError, withMore } from "../journal/journal-error.ts";
import type { JournalState } from "../journal/replay.ts";
import { bindRound } from "../plan/resolve.ts";
import type { Plan, PlannedPhase, PlannedStep, PlannedUnit } from "../plan/plan.ts";
import { Abandonable } from "./abandon.ts";
import { budgetStop, type BudgetView, withProjection } from "./downtime-budget.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { messageOf, nextFor } from "./next-of.ts";
import { kindOf } from "../steps/index.ts";
import { passedPointOfNoReturn, stepContext, type PhaseSurroundings } from "./step-context.ts";
import { runUnit, type UnitEnd } from "./unit.ts";
import { errorText } from "../config/error-text.ts";

/** What the steps of a phase share while it is executed. */
export interface PhaseRun {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly surroundings: PhaseSurroundings;
  readonly state: () => JournalState;
  readonly append: (place: Omit<Place, "phase">, body: EventBody) => Promise<void>;
  /** Called before each mutation: nothing is changed by a run that does not hold the lease any more. */
  readonly mutating: (planned: PlannedUnit) => Promise<void>;
  /** Called when what was about to be changed was refused where it would have been. */
  readonly refusedBy: () => void;
  /** Whether this phase has changed something in this run. */
  readonly mutated: () => boolean;
  /** True when the phase was done before in this round: what only looks is not asked again. */
  readonly doneBefore: boolean;
}

/** What the downtime's budget is judged by at this moment. */
export function budgetView({ plan, phase, state, surroundings, mutated }: PhaseRun): BudgetView {
  return { plan, phase, state: state(), now: surroundings.now(), mutated: mutated() };
}

/** How a step is gone about when it is not simply its turn. */
export interface StepManner {
  /** Journal and check may differ: what puts things back after a refusal. */
  readonly again?: boolean;
  /** A redo goes over it once more. */
  readonly redo?: boolean;
}

/** How a step ended as a whole. */
export interface StepEnd {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly next: string | undefined;
  readonly redoFrom: string | undefined;
  /** It was refused because its condition was looked at and does not hold. */
  readonly weighed?: boolean;
}

const good: readonly Outcome[] = ["succeeded", "already-done"];

export function isGood(outcome: Outcome): boolean {
  return good.includes(outcome);
}

/** Runs a step on its hosts in its order and journals each host's end and the step's. */
export async function runStep(
  run: PhaseRun,
  step: PlannedStep,
  how: StepManner = {},
): Promise<StepEnd> {
  const { append, surroundings } = run;
  const startedAt = surroundings.now().getTime();
  const hosts = step.units.flatMap(({ host }) => (host === undefined ? [] : [host]));
  await append(
    { step: step.id },
    { type: "step-started", title: step.title, kind: step.kind, hosts },
  );
  const ends = await runUnits(run, step, how);
  const end = combine(step, ends);
  const seconds = (surroundings.now().getTime() - startedAt) / 1000;
  await append(
    { step: step.id },
    {
      type: "step-ended",
      outcome: end.outcome,
      detail: end.detail,
      seconds,
      ...(end.next === undefined ? {} : { next: end.next }),
    },
  );
  return end;
}

type Ended = {
  readonly planned: PlannedUnit;
  readonly end: UnitEnd & { readonly outcome: Outcome };
};

/** The next batch starts only after this one is verified; after a failure nothing starts. */
async function runUnits(
  run: PhaseRun,
  step: PlannedStep,
  how: StepManner,
): Promise<readonly Ended[]> {
  const ends: Ended[] = [];
  for (let at = 0; at < step.units.length; at += step.batch) {
    const batch = step.units.slice(at, at + step.batch);
    ends.push(...(await allEnded(batch.map((planned) => runOne(run, step, planned, how)))));
    if (!ends.every(({ end }) => isGood(end.outcome))) break;
  }
  return ends;
}

/** What ends the phase on one host is told when the others have ended too, with how they did. */
async function allEnded(units: readonly Promise<Ended>[]): Promise<readonly Ended[]> {
  const settled = await Promise.allSettled(units);
  const [first, ...more] = settled.flatMap((one) =>
    one.status === "rejected" ? [one.reason as unknown] : [],
  );
  const ended = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (first === undefined) return ended;
  throw withOthers(first, [...ended.map(sayEnded), ...more.map(messageOf)]);
}

function sayEnded({ planned: { host }, end: { outcome, detail } }: Ended): string {
  return `on ${host ?? "the runner"} it ended: ${outcome}${detail === "" ? "" : ` (${detail})`}`;
}

function withOthers(error: unknown, others: readonly string[]): unknown {
  if (others.length === 0) return error;
  if (error instanceof JournalError) return withMore(error, others.join("; "));
  if (error instanceof LeaseLostError) return error.with(others.join("; "));
  return error;
}

async function runOne(
  run: PhaseRun,
  step: PlannedStep,
  planned: PlannedUnit,
  how: StepManner,
): Promise<Ended> {
  const { host } = planned;
  const place = { step: step.id, ...(host === undefined ? {} : { host }) };
  const startedAt = run.surroundings.now().getTime();
  const ended = await attemptUnit(run, step, planned, how);
  const state = run.state().step(run.phase.id, step.id, host);
  const end = settle(run, ended, state.inFlight !== undefined);
  const seconds = (run.surroundings.now().getTime() - startedAt) / 1000;
  if (host !== undefined)
    await run.append(place, {
      type: "step-ended",
      outcome: end.outcome,
      detail: end.detail,
      seconds,
    });
  return { planned, end };
}

/** What the phase's deadline ended was ended by nobody: what was sent may still run, the rest was left undone. */
function settle(run: PhaseRun, end: UnitEnd, inFlight: boolean): Ended["end"] {
  const settled = settleEnd(run, end);
  const { deadline } = run.surroundings;
  if (settled.outcome !== "cancelled" || deadline?.passed() !== true) return settled;
  const left = run.mutated() ? "failed" : "refused";
  const detail = `the phase's deadline of ${deadline.seconds} s passed: ${settled.detail}`;
  return { ...settled, outcome: inFlight ? "unknown" : left, detail };
}

/** A condition that is not met is `refused` while nothing was changed, and a failure after that; a cancelled question is neither. */
function settleEnd(run: PhaseRun, end: UnitEnd): Ended["end"] {
  const unmet = end.outcome === "not-met" || end.outcome === "refused";
  if (unmet && run.surroundings.signal.aborted) {
    return { outcome: "cancelled", detail: end.detail };
  }
  if (end.outcome !== "not-met") return { ...end, outcome: end.outcome };
  return { ...end, outcome: run.mutated() ? "failed" : "refused" };
}

/** A verdict that was given by other known failures than those of now, while it can still be acted on. */
function isOutdated({ state, surroundings }: PhaseRun, { id }: PlannedStep): boolean {
  const latest = state().latestVerdict();
  if (latest?.event.place.step !== id) return false;
  const { baselineDigest = surroundings.baselineDigest } = latest.verdict;
  return baselineDigest !== surroundings.baselineDigest && !passedPointOfNoReturn(surroundings);
}

async function attemptUnit(
  run: PhaseRun,
  step: PlannedStep,
  planned: PlannedUnit,
  how: StepManner,
): Promise<UnitEnd> {
  const { surroundings, phase } = run;
  const place = { step: step.id, ...(planned.host === undefined ? {} : { host: planned.host }) };
  const state = () => run.state().step(phase.id, step.id, planned.host);
  if (run.doneBefore && !kindOf(planned.unit).mutates && state().done && !isOutdated(run, step)) {
    return { outcome: "already-done", detail: state().lastDetail ?? "" };
  }
  const attemptPlace = () => ({ ...place, attempt: Math.max(1, state().attempts) });
  const deadline = deadlineOf(step, planned);
  const signal = AbortSignal.any([surroundings.signal, deadline]);
  const abandonable = new Abandonable();
  const append = (at: Omit<Place, "phase">, body: EventBody): Promise<void> => {
    abandonable.check();
    return run.append(at, body);
  };
  const context = stepContext(
    { ...surroundings, signal },
    {
      step: step.id,
      host: planned.host,
      observe: (seen, host) => {
        const observation =
          seen.kind === "progress" ? withProjection(budgetView(run), step, seen) : seen;
        return unlessAdvisory(observation, surroundings, async () =>
          append(
            { ...attemptPlace(), ...(host === undefined ? {} : { host }) },
            { type: "observed", observation },
          ),
        );
      },
      conclude: async (verdict) =>
        append(place, {
          type: "verdict",
          good: verdict.good,
          reasons: [...verdict.reasons],
          next: [...verdict.next],
          rows: [...verdict.rows],
          failures: [...verdict.failures],
          baselineDigest: surroundings.baselineDigest,
        }),
    },
  );
  const bound = { ...planned, unit: bindRound(planned.unit, surroundings.round) };
  const work = runUnit({
    step,
    planned: bound,
    context,
    state,
    append: async (body, attempt) =>
      append({ ...place, ...(attempt === undefined ? {} : { attempt }) }, body),
    attemptId: (attempt) => attemptId(run, step, planned.host, attempt),
    again: how.again === true || phase.dispatched !== undefined,
    redo: how.redo === true,
    mutating: async (one) => {
      await run.mutating(one);
      abandonable.check();
    },
    notNow: () => budgetStop(budgetView(run), step, "sent-anew"),
    refusedBy: run.refusedBy,
    stillWanted: () => abandonable.check(),
  });
  const end = await abandonable
    .run(work, signal)
    .catch((error: unknown) => failedBy(error, run, state().inFlight !== undefined));
  return deadline.aborted && !surroundings.signal.aborted ? tooLate(step, end) : end;
}

/** What only looks and came to no good end within its time has not seen what it looked for. */
function tooLate(step: PlannedStep, end: UnitEnd): UnitEnd {
  if (isGood(end.outcome as Outcome)) return end;
  const detail = `not done within ${step.timeoutSeconds} s: ${end.detail}`;
  return { ...end, outcome: "not-met", detail };
}

/** A journal that is lost while a step runs ends the phase when the step in hand has ended, and not before. */
async function unlessAdvisory(
  { kind }: Observation,
  { say }: PhaseSurroundings,
  write: () => Promise<void>,
): Promise<void> {
  if (kind !== "progress" && kind !== "followed") return write();
  await write().catch((error: unknown) => {
    if (!(error instanceof JournalError) || error.code !== "lost") throw error;
    say(`${error.message.split(". Next:")[0]}; going on with the step in hand`);
  });
}

const never = new AbortController().signal;

/** What changes something keeps its own deadline, since it may still run when that is over; what only looks is just stopped. */
function deadlineOf(step: PlannedStep, { unit }: PlannedUnit): AbortSignal {
  const ownDeadline = kindOf(unit).mutates || unit.kind === "probe" || unit.kind === "watch";
  if (step.timeoutSeconds === undefined || ownDeadline) return never;
  return AbortSignal.timeout(step.timeoutSeconds * 1000);
}

/** Also the name of a job directory and of a kept answer, so only what both accept. */
function attemptId(
  run: PhaseRun,
  step: PlannedStep,
  host: string | undefined,
  attempt: number,
): string {
  const parts = [
    run.surroundings.round,
    run.phase.id,
    step.id,
    ...(host === undefined ? [] : [host]),
    String(attempt),
  ];
  return parts.join(".").replace(/[^A-Za-z0-9._-]/g, "-");
}

/** An error on the way: with something in flight its end is unknown, otherwise the step failed before it changed anything. */
function failedBy(error: unknown, run: PhaseRun, inFlight: boolean): UnitEnd {
  if (isJournalProblem(error)) throw error;
  const detail = errorText(error);
  const told = nextFor(run.phase.id, error);
  const next = told === undefined ? {} : { next: told };
  if (run.surroundings.signal.aborted) return { outcome: "cancelled", detail, ...next };
  return { outcome: inFlight ? "unknown" : "not-met", detail, ...next };
}

/** Without a journal nothing may go on, so such an error ends the phase and not only the step. */
function isJournalProblem(error: unknown): boolean {
  return error instanceof JournalError || error instanceof LeaseLostError;
}

const gravest: readonly Outcome[] = [
  "unknown",
  "failed",
  "cancelled",
  "refused",
  "succeeded",
  "already-done",
];

function combine(step: PlannedStep, ends: readonly Ended[]): StepEnd {
  const worst =
    gravest.find((outcome) => ends.some(({ end }) => end.outcome === outcome)) ?? "succeeded";
  const bad = ends.filter(({ end }) => end.outcome === worst);
  const left = step.units
    .slice(ends.length)
    .flatMap(({ host }) => (host === undefined ? [] : [host]));
  const notStarted = left.length > 0 ? [`not started: ${left.join(", ")}`] : [];
  const details = [
    ...bad.map(({ end }) => end.detail).filter((detail) => detail !== ""),
    ...notStarted,
  ];
  const [first] = bad;
  return {
    outcome: worst,
    detail: [...new Set(details)].join("; "),
    next: isGood(worst) ? undefined : (first?.end.next ?? step.next),
    redoFrom: redoOf(worst, bad),
    weighed: bad.every(({ end }) => end.weighed === true),
  };
}

/** Going back is for what is done in part, and only where nothing worse happened on another host. */
function redoOf(worst: Outcome, bad: readonly Ended[]): string | undefined {
  if (worst !== "failed" || bad.some(({ end }) => end.redoFrom === undefined)) return undefined;
  return bad[0]?.end.redoFrom;
}
