import type { Outcome } from "../journal/event.ts";
import type { Plan, PlannedCondition, PlannedStep } from "../plan/plan.ts";
import type { StepInputs } from "../steps/context.ts";
import { kindOf } from "../steps/index.ts";
import { AbandonedError } from "./abandon.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { type BudgetStop, budgetStop, expectedToPass } from "./downtime-budget.ts";
import { budgetView, isGood, runStep, type PhaseRun, type StepEnd } from "./run-step.ts";
import { cancelledBefore, finished, stoppedAt } from "./sentences.ts";
import type { PhaseSurroundings } from "./step-context.ts";
import { runCheckOf } from "./until.ts";

/** A step that asks for a redo may do so once; a second time it is a failure like any other. */
export async function runSteps(run: PhaseRun, plan: Plan): Promise<PhaseEnd> {
  const { steps } = run.phase;
  const redone = new Set<string>();
  let againUntil = -1;
  const outcomes: Outcome[] = [];
  const leftUndone: string[] = [];
  const skipped = new Map<string, readonly string[]>();
  /** The step before, when it has changed something in this very run. */
  let changed: string | undefined;
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined) break;
    if (run.surroundings.signal.aborted) return cancelledBefore(step, run);
    const skip = await skipReason(run, step, index <= againUntil).catch((error: unknown) => {
      if (error instanceof AbandonedError) return undefined;
      throw error;
    });
    if (run.surroundings.signal.aborted) return cancelledBefore(step, run);
    if (skip !== undefined) {
      await run.append(
        { step: step.id },
        { type: "step-skipped", title: step.title, reason: skip },
      );
      if (isForWant(run, step))
        skipped.set(skip, [...(skipped.get(skip) ?? []), `"${step.title}"`]);
      continue;
    }
    const redo = index <= againUntil;
    const stop = budgetStop(budgetView(run), step, redo ? "redo" : "in-turn");
    if (stop !== undefined) return stoppedByBudget(run, step, stop);
    await warnBefore(run, step);
    const end = await runStep(run, step, { redo });
    if (end.redoFrom !== undefined && !redone.has(step.id)) {
      redone.add(step.id);
      againUntil = index;
      index = steps.findIndex((one) => one.id === end.redoFrom) - 1;
      await run.append(
        { step: step.id },
        {
          type: "observed",
          observation: { kind: "note", text: `done in part: going back to step ${end.redoFrom}` },
        },
      );
      continue;
    }
    if (!isGood(end.outcome)) {
      if (mayGoOnWithout(run, step, end)) {
        leftUndone.push(`"${step.title}" ${end.outcome}: ${end.detail}`);
        continue;
      }
      // Only what this run prepared is put back, and only when the condition was really weighed.
      const mayPutBack = changed !== undefined && end.weighed === true;
      return stoppedAt(step, run, mayPutBack ? await cleanUp(run, step, end) : end);
    }
    outcomes.push(end.outcome);
    await clock(run, step, end.outcome);
    if (end.outcome === "succeeded" && mutates(step)) changed = step.id;
  }
  const outcome =
    outcomes.length > 0 && outcomes.every((one) => one === "already-done")
      ? "already-done"
      : "succeeded";
  return finished({ plan, phase: run.phase, state: run.state(), leftUndone, skipped }, outcome);
}

/** Nothing of the chain proceeds past an unknown end, not even of a step that may fail; a way back has to. */
function mayGoOnWithout({ phase }: PhaseRun, { required }: PlannedStep, end: StepEnd): boolean {
  if (required || end.outcome === "cancelled") return false;
  return end.outcome !== "unknown" || phase.dispatched === "rollback";
}

/** Not started, so refused; but the phase may have done something before it, and that stands. */
async function stoppedByBudget(
  run: PhaseRun,
  step: PlannedStep,
  { detail, next }: BudgetStop,
): Promise<PhaseEnd> {
  const { title, kind, id } = step;
  const outcome = "refused";
  await run.append({ step: id }, { type: "step-started", title, kind, hosts: [] });
  await run.append({ step: id }, { type: "step-ended", outcome, detail, seconds: 0, next });
  const end = stoppedAt(step, run, { outcome, detail, next, redoFrom: undefined });
  return { ...end, outcome, ...(run.mutated() ? { changed: true } : {}) };
}

async function warnBefore(run: PhaseRun, step: PlannedStep): Promise<void> {
  const text = expectedToPass(budgetView(run), step);
  if (text === undefined) return;
  await run.append({ step: step.id }, { type: "observed", observation: { kind: "note", text } });
}

function mutates({ units }: PlannedStep): boolean {
  return units.some(({ unit }) => unit.kind !== "control" && kindOf(unit).mutates);
}

async function skipReason(
  run: PhaseRun,
  step: PlannedStep,
  again: boolean,
): Promise<string | undefined> {
  const unmet = step.when?.find((one) => !holds(one, run.surroundings));
  if (unmet !== undefined) return `only when ${unmet.says}`;
  if (step.until === undefined || again) return undefined;
  const target = run.phase.steps.find((one) => one.id === step.until);
  if (target === undefined) return undefined;
  const done = await runCheckOf(run, target);
  return done ? `not needed: "${target.title}" is done` : undefined;
}

/** What a run was not given, or may not do, is told of at its end; an input is somebody's own choice. */
function isForWant({ surroundings }: PhaseRun, { when }: PlannedStep): boolean {
  const unmet = when?.find((one) => !holds(one, surroundings));
  return unmet !== undefined && unmet.kind !== "input";
}

function holds(
  condition: PlannedCondition,
  { inputs, protectedEnvironment, secret }: PhaseSurroundings,
): boolean {
  switch (condition.kind) {
    case "input":
      return valueOf(condition.input, inputs) === condition.is;
    case "protected":
      return protectedEnvironment === condition.is;
    case "secret":
      return (secret(condition.secret) ?? "") !== "";
  }
}

function valueOf(input: string, inputs: StepInputs): boolean | string | undefined {
  if (input === "keep-503") return inputs.keep503;
  if (input === "accept-data-loss")
    return inputs.acceptDataLoss === undefined ? undefined : String(inputs.acceptDataLoss);
  return undefined;
}

/** The steps that put things back when a step refuses; a refusal after them has changed nothing in the end. */
async function cleanUp(run: PhaseRun, step: PlannedStep, end: StepEnd): Promise<StepEnd> {
  if (step.onRefusal.length === 0) return end;
  for (const one of step.onRefusal) {
    const put = await runStep(run, one, { again: true });
    if (isGood(put.outcome)) await clock(run, one, put.outcome);
    if (!isGood(put.outcome)) {
      return {
        ...end,
        outcome: put.outcome,
        detail: `${end.detail}; and "${one.title}" did not work: ${put.detail}`,
      };
    }
  }
  return { ...end, outcome: "refused", detail: `${end.detail}; everything was put back` };
}

/** Downtime counts from the verified start to the verified end, whoever of several runs verified it. */
async function clock(run: PhaseRun, step: PlannedStep, outcome: Outcome): Promise<void> {
  if (step.downtime === undefined) return;
  const downtime = run.state().downtime(run.surroundings.now());
  // It starts a second time only when this very act took writes down again, as a rollback does.
  const begins = downtime.endedAt === undefined || outcome === "succeeded";
  if (step.downtime === "starts" && !downtime.running && begins) {
    await run.append({ step: step.id }, { type: "downtime-started", title: step.title });
  }
  // Without the journal nobody knows whether it runs; the end counts when the journal has this event.
  if (step.downtime === "ends" && (downtime.running || run.surroundings.withoutJournal)) {
    await run.append(
      { step: step.id },
      { type: "downtime-ended", title: step.title, seconds: downtime.seconds },
    );
  }
}
