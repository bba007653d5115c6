import type { EventBody } from "../journal/event.ts";
import { JournalError, withMore } from "../journal/journal-error.ts";
import type { StepState } from "../journal/replay.ts";
import type { PlannedStep, PlannedUnit } from "../plan/plan.ts";
import type { Act, Attempt, Check, StepContext } from "../steps/context.ts";
import { kindOf } from "../steps/index.ts";
import type { StepKind } from "../steps/step-kind.ts";

/** What running a unit needs beside its step's context. */
export interface UnitRun {
  readonly step: PlannedStep;
  readonly planned: PlannedUnit;
  readonly context: StepContext;
  /** What the journal says of this unit in this round. */
  readonly state: () => StepState;
  readonly append: (body: EventBody, attempt?: number) => Promise<void>;
  readonly attemptId: (attempt: number) => string;
  /** Journal and check may differ by design: a way back, or what puts things back after a refusal. */
  readonly again: boolean;
  /** A redo goes over this step: it is done once more even where its check says done. */
  readonly redo: boolean;
  /** Called just before the first mutation of this phase is sent. */
  readonly mutating: (planned: PlannedUnit) => Promise<void>;
  /** Why nothing new may be sent now; asked where what an earlier run left turned out to be gone. */
  readonly notNow: () => { readonly detail: string; readonly next: string } | undefined;
  readonly refusedBy: () => void;
  /** Throws when nobody waits for this any more; asked between the intent and the act. */
  readonly stillWanted: () => void;
}

/** How a unit ended; `redo` asks the engine to go back to an earlier step. */
export type UnitEnd = Act & { readonly redoFrom?: string };

const verifySeconds = 30;
const holdSeconds = 10;

/** One unit through its life: what is in flight is followed, what is done is left alone, the rest is done once. */
export async function runUnit(run: UnitRun): Promise<UnitEnd> {
  const kind = kindOf(run.planned.unit);
  if (!kind.mutates)
    return kind.apply(run.planned.unit.spec, run.context, { number: 0, id: "", resume: {} });
  const state = run.state();
  if (state.inFlight !== undefined && !run.redo) {
    const { attempt: number, id, resume } = state.inFlight;
    const followed = await follow(kind, run, { number, id, resume });
    if (followed !== undefined) return followed;
  }
  const check = await checkOf(kind, run);
  await run.append({ type: "step-checked", ...check });
  return decide(kind, run, state, check);
}

type Kind = StepKind<unknown>;

/** Joins an attempt that an earlier run left; undefined when nothing of it is left to join. */
async function follow(kind: Kind, run: UnitRun, attempt: Attempt): Promise<UnitEnd | undefined> {
  if (kind.resume === undefined) return undefined;
  run.context.say(`an earlier attempt (${attempt.id}) may still be under way; following it`);
  const act = await kind.resume(run.planned.unit.spec, run.context, attempt);
  if (act === undefined) return undefined;
  if (act.outcome === "refused") {
    return conclude(kind, run, attempt, { ...act, outcome: "unknown" });
  }
  // What is proven to have ended, nobody knows how, is the check's to judge.
  if (act.outcome === "unknown" && act.underWay !== true) return undefined;
  return conclude(kind, run, attempt, act);
}

async function checkOf(kind: Kind, run: UnitRun): Promise<Check> {
  if (kind.check === undefined) return { state: "not-done", detail: "" };
  return kind.check(run.planned.unit.spec, run.context);
}

/** Check and journal decide together; where they disagree nothing is changed. */
async function decide(kind: Kind, run: UnitRun, state: StepState, check: Check): Promise<UnitEnd> {
  const { step } = run;
  const mayGoAgain = run.again || run.redo || step.repeatable || step.until !== undefined;
  switch (check.state) {
    case "done":
      if (run.redo) return attemptOnce(kind, run);
      return { outcome: "already-done", detail: check.detail };
    case "not-done":
      if (state.done && !mayGoAgain) return changedBeneath(run, check);
      return attemptOnce(kind, run);
    case "partial":
      if (state.done && !mayGoAgain && step.onPartial.kind !== "redo-from") {
        return changedBeneath(run, check);
      }
      if (step.onPartial.kind === "apply") return attemptOnce(kind, run);
      if (step.onPartial.kind === "redo-from") {
        return { outcome: "failed", detail: check.detail, redoFrom: step.onPartial.step };
      }
      return {
        outcome: "refused",
        detail: `it is done in part, and the runbook leaves it to a person what to do then: ${check.detail}`,
      };
    case "running":
      return {
        outcome: "refused",
        detail: `something that this run did not start is under way: ${check.detail}`,
        next: "wait until it has ended, or dispatch the rollback, which halts it",
      };
    case "cannot-tell":
      if (state.ruling !== undefined) return ruled(kind, run, state.ruling);
      if (state.inFlight !== undefined && !run.context.signal.aborted) {
        return {
          outcome: "unknown",
          detail: `an earlier attempt was sent and the check cannot tell: ${check.detail}`,
        };
      }
      return {
        outcome: "refused",
        detail: `the check cannot tell whether it is done: ${check.detail}`,
      };
  }
}

/** Where nothing can tell, a person has: what was found out by hand counts like a check. */
async function ruled(
  kind: Kind,
  run: UnitRun,
  { ruling, by, reason }: NonNullable<StepState["ruling"]>,
): Promise<UnitEnd> {
  if (ruling === "not-done") return attemptOnce(kind, run);
  return { outcome: "already-done", detail: `ruled done by ${by}: ${reason}` };
}

function changedBeneath(run: UnitRun, check: Check): UnitEnd {
  return {
    outcome: "failed",
    detail: `changed beneath the journal: the journal says that "${run.step.title}" was done, its check says ${check.state} (${check.detail})`,
    next: "find out who changed it; put it back, or dispatch the rollback",
  };
}

async function attemptOnce(kind: Kind, run: UnitRun): Promise<UnitEnd> {
  const { spec } = run.planned.unit;
  const stop = run.state().inFlight === undefined ? undefined : run.notNow();
  if (stop !== undefined) return { outcome: "refused", ...stop };
  const intent = (await kind.intend?.(spec, run.context)) ?? { act: run.step.title, resume: {} };
  if ("outcome" in intent) return intent;
  if (run.context.signal.aborted) {
    return { outcome: "cancelled", detail: "cancelled before it was sent" };
  }
  await run.mutating(run.planned);
  const number = run.state().attempts + 1;
  const attempt: Attempt = { number, id: run.attemptId(number), resume: intent.resume };
  await run.append(
    { type: "step-intended", act: intent.act, id: attempt.id, resume: { ...intent.resume } },
    number,
  );
  run.stillWanted();
  const act = await kind.apply(spec, run.context, attempt);
  if (act.outcome === "refused") run.refusedBy();
  return conclude(kind, run, attempt, act);
}

/** Journals what came back and proves it by the check; what came back alone proves nothing. */
async function conclude(kind: Kind, run: UnitRun, attempt: Attempt, act: Act): Promise<UnitEnd> {
  const outcome = act.outcome === "not-met" ? "failed" : act.outcome;
  const { detail, tail = [] } = act;
  await run
    .append({ type: "step-applied", outcome, detail, seconds: 0, tail: [...tail] }, attempt.number)
    .catch((error: unknown) => {
      throw error instanceof JournalError ? withMore(error, inHand(run, act)) : error;
    });
  const end = await prove(kind, run, attempt, { ...act, outcome });
  const ended = end.outcome !== "unknown" && end.outcome !== "cancelled";
  if (ended)
    await kind.settle?.(run.planned.unit.spec, run.context, attempt).catch(() => undefined);
  return end;
}

/** What the journal could not be told of the step in hand; the next run finds it out by itself. */
function inHand({ step, planned: { host } }: UnitRun, { outcome, detail }: Act): string {
  const where = host === undefined ? "" : ` on ${host}`;
  return `the step in hand, "${step.title}"${where}, ended before that: ${outcome}${detail === "" ? "" : ` (${detail})`}`;
}

async function prove(kind: Kind, run: UnitRun, attempt: Attempt, act: UnitEnd): Promise<UnitEnd> {
  if (act.outcome === "succeeded") return verified(kind, run, act);
  if (act.outcome !== "unknown" || run.context.signal.aborted) return act;
  const check = await checkUntil(kind, run, holdOf(run, act));
  await run.append({ type: "step-checked", ...check });
  if (check.state === "done") return provenDone(kind, run, attempt, act);
  return { ...act, detail: `${act.detail}; its check says ${check.state} ${check.detail}`.trim() };
}

/** What is done may still be at work: as long as it is, nothing that waits for it may start. */
async function provenDone(
  kind: Kind,
  run: UnitRun,
  attempt: Attempt,
  act: UnitEnd,
): Promise<UnitEnd> {
  const detail = `${act.detail}; its check says that it is done`;
  const where =
    act.underWay === true ? await whereItRuns(kind, run, attempt).catch(String) : undefined;
  if (where !== undefined) return { ...act, detail: `${detail}, but ${where}` };
  const { underWay: _, next: __, ...rest } = act;
  return { ...rest, outcome: "succeeded", detail };
}

async function whereItRuns(
  kind: Kind,
  { planned, context }: UnitRun,
  attempt: Attempt,
): Promise<string | undefined> {
  return kind.underWay?.(planned.unit.spec, context, attempt);
}

/** What was sent to a console may arrive late; a command that runs on is the next attempt's to follow. */
function holdOf({ planned }: UnitRun, act: UnitEnd): number {
  return planned.unit.kind === "run" && act.underWay === true ? 0 : holdSeconds;
}

async function verified(kind: Kind, run: UnitRun, act: UnitEnd): Promise<UnitEnd> {
  if (kind.check === undefined || isOnlyRepeatable(run)) return act;
  const check = await checkUntil(kind, run, verifySeconds);
  await run.append({ type: "step-checked", ...check });
  if (check.state === "done") return act;
  if (run.context.signal.aborted) {
    return {
      ...act,
      outcome: "cancelled",
      detail: `cancelled before it was verified: ${check.detail}`,
    };
  }
  // Of a followed attempt a person may have said what no check can; a new intent leaves no ruling behind.
  const { ruling } = run.state();
  if (check.state === "cannot-tell" && ruling !== undefined) return ruled(kind, run, ruling);
  const how = act.detail === "" ? "" : ` (${act.detail})`;
  const why = check.detail === "" ? "" : `: ${check.detail}`;
  const detail = `it came back well${how}, but its check says ${check.state}${why}`;
  return { ...act, outcome: check.state === "cannot-tell" ? "unknown" : "failed", detail };
}

/** A step without a check has said that doing it again is the same; then there is nothing to verify with. */
function isOnlyRepeatable(run: UnitRun): boolean {
  const { unit } = run.planned;
  if (unit.kind === "run") return unit.spec.check === undefined;
  if (unit.kind === "eval")
    return unit.spec.check === undefined && unit.spec.job?.reconciles === undefined;
  return false;
}

async function checkUntil(kind: Kind, run: UnitRun, seconds: number): Promise<Check> {
  const deadline = run.context.now().getTime() + seconds * 1000;
  let check = await checkOf(kind, run);
  while (
    check.state !== "done" &&
    run.context.now().getTime() < deadline &&
    !run.context.signal.aborted
  ) {
    await run.context.sleep(1);
    check = await checkOf(kind, run);
  }
  return check;
}
