import type { Actor, Event, Outcome } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { Replay } from "../journal/replay.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase, PlannedStep, PlannedUnit } from "../plan/plan.ts";
import { bindRound } from "../plan/resolve.ts";
import type { BaselineEntry, FailureRule, StepInputs } from "../steps/context.ts";
import { presentToken } from "../transport/job.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { runCheckOf } from "./until.ts";
import { admit } from "./round.ts";
import { isGood, runStep, type PhaseRun, type StepEnd } from "./run-step.ts";
import type { PhaseSurroundings } from "./step-context.ts";

/** What a phase needs of the journal. */
export type PhaseJournal = Pick<Journal, "events" | "notes" | "setRound" | "append">;

/** Everything that executing one phase needs; all of it is handed in, nothing is looked up. */
export interface PhaseExecution {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly journal: PhaseJournal;
  readonly actor: Actor;
  readonly inputs: StepInputs;
  /** Why a round that another run owns is taken over. */
  readonly reason: string | undefined;
  readonly baseline: readonly BaselineEntry[];
  readonly baselineDigest: string;
  readonly failureRules: readonly FailureRule[];
  readonly stateDirectory: string;
  readonly token: number;
  /** Whose lease this run's replaces, where it replaces one. */
  readonly leaseNote?: string | undefined;
  /** Throws when this run may not change anything any more. */
  readonly mayMutate: () => void;
  readonly signal: AbortSignal;
  readonly connect: PhaseSurroundings["connect"];
  readonly console: PhaseSurroundings["console"];
  readonly secret: (name: string) => string | undefined;
  /** Values that must not stand in the journal, whoever prints them. */
  readonly secretValues: readonly string[];
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly say: (line: string) => void;
  /** Told of each event as soon as it is durable. */
  readonly onEvent: (event: Event) => void;
}

/** How a phase ended, in one sentence, and what a person does next. */
export interface PhaseEnd {
  readonly outcome: Outcome;
  readonly sentence: string;
  readonly next: string;
}

/** Runs one phase: admitted by the journal, step by step, until its end or the first step that did not end well. */
export async function executePhase(execution: PhaseExecution): Promise<PhaseEnd> {
  const { plan, phase, journal, actor, now } = execution;
  const replay = new Replay();
  for (const event of journal.events) replay.take(event);
  const admission = admit({
    plan,
    phase,
    state: replay,
    actor,
    reason: execution.reason,
    now: now(),
  });
  if (admission.kind !== "go")
    return {
      outcome: admission.kind,
      sentence: `${phase.id}: ${admission.sentence}`,
      next: admission.next,
    };
  journal.setRound(admission.round);
  const append = async (place: Event["place"], body: Event["body"]) => {
    const event = await journal.append(place, maskSecrets(body, execution.secretValues));
    replay.take(event);
    execution.onEvent(event);
  };
  if (admission.opens) await append({ phase: phase.id }, opening(execution));
  if (admission.takeOver !== undefined) {
    await append(
      { phase: phase.id },
      { type: "round-taken-over", from: admission.takeOver.run, reason: execution.reason ?? "" },
    );
  }
  const before = replay.phase(phase.id);
  const startedAt = now().getTime();
  await append(
    { phase: phase.id },
    {
      type: "phase-started",
      title: phase.title,
      planDigest: plan.digest,
      attempt: before.attempts + 1,
    },
  );
  const taken = execution.leaseNote === undefined ? [] : [execution.leaseNote];
  for (const text of [...taken, ...journal.notes, ...admission.notes]) {
    await append({ phase: phase.id }, { type: "observed", observation: { kind: "note", text } });
  }
  let mutated = false;
  const run: PhaseRun = {
    phase,
    surroundings: surroundings(execution, admission.round, replay),
    state: () => replay,
    append: (place, body) => append({ phase: phase.id, ...place }, body),
    mutating: async (planned) => {
      execution.mayMutate();
      await presentTokenTo(planned, execution);
      mutated = true;
    },
    mutated: () => mutated,
    doneBefore: before.done,
  };
  const end = await runSteps(run, execution);
  const seconds = (now().getTime() - startedAt) / 1000;
  await append({ phase: phase.id }, { type: "phase-ended", ...end, seconds });
  if (isGood(end.outcome) && phase.round === "closes") {
    await append(
      { phase: phase.id },
      { type: "round-closed", by: phase.dispatched ?? "chain", state: stateSentence(plan, replay) },
    );
  }
  return end;
}

/**
 * Every host refuses a token that is older than one it has seen. A job presents its token itself; a host
 * that cannot be reached is left to the act, which will say so.
 */
async function presentTokenTo(
  { host, unit }: PlannedUnit,
  execution: PhaseExecution,
): Promise<void> {
  if (host === undefined || unit.kind === "run") return;
  const connection = await execution.connect(host).catch(() => undefined);
  if (connection === undefined) return;
  const answer = await presentToken(connection, execution.stateDirectory, execution.token);
  if (answer.kind === "refused")
    throw new LeaseLostError(`${host} refuses this run: ${answer.detail}`);
}

function opening({ plan, baselineDigest }: PhaseExecution): Event["body"] {
  return {
    type: "round-opened",
    runbookDigest: plan.runbookDigest,
    baselineDigest,
    planDigest: plan.digest,
  };
}

function surroundings(execution: PhaseExecution, round: string, replay: Replay): PhaseSurroundings {
  const { plan, phase } = execution;
  return {
    resources: bindRound(plan.resources, round),
    phase: phase.id,
    round,
    token: execution.token,
    protectedEnvironment: plan.protected,
    inputs: execution.inputs,
    baseline: execution.baseline,
    failureRules: execution.failureRules,
    stateDirectory: execution.stateDirectory,
    signal: execution.signal,
    connect: execution.connect,
    console: execution.console,
    secret: execution.secret,
    now: execution.now,
    sleep: execution.sleep,
    state: () => replay,
    say: execution.say,
  };
}

/** A step that asks for a redo may do so once; a second time it is a failure like any other. */
async function runSteps(run: PhaseRun, execution: PhaseExecution): Promise<PhaseEnd> {
  const { steps } = run.phase;
  const redone = new Set<string>();
  let againUntil = -1;
  const outcomes: Outcome[] = [];
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined) break;
    if (run.surroundings.signal.aborted) return cancelled(run, step);
    const skip = await skipReason(run, step, execution, index <= againUntil);
    if (skip !== undefined) {
      await run.append(
        { step: step.id },
        { type: "step-skipped", title: step.title, reason: skip },
      );
      continue;
    }
    const end = await runStep(run, step, { redo: index <= againUntil });
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
      if (!step.required && end.outcome !== "cancelled") continue;
      return stopped(run, step, await cleanUp(run, step, end));
    }
    outcomes.push(end.outcome);
    await clock(run, step);
  }
  const outcome =
    outcomes.length > 0 && outcomes.every((one) => one === "already-done")
      ? "already-done"
      : "succeeded";
  return finished(execution, outcome);
}

async function skipReason(
  run: PhaseRun,
  step: PlannedStep,
  execution: PhaseExecution,
  again: boolean,
): Promise<string | undefined> {
  if (step.when !== undefined) {
    const given = valueOf(step.when.input, execution.inputs);
    if (given !== step.when.is) return `only when ${step.when.input} is ${String(step.when.is)}`;
  }
  if (step.until === undefined || again) return undefined;
  const target = run.phase.steps.find((one) => one.id === step.until);
  if (target === undefined) return undefined;
  const done = await runCheckOf(run, target);
  return done ? `not needed: "${target.title}" is done` : undefined;
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
async function clock(run: PhaseRun, step: PlannedStep): Promise<void> {
  if (step.downtime === undefined) return;
  const downtime = run.state().downtime(run.surroundings.now());
  if (step.downtime === "starts" && !downtime.running && downtime.endedAt === undefined) {
    await run.append({ step: step.id }, { type: "downtime-started", title: step.title });
  }
  if (step.downtime === "ends" && downtime.running) {
    await run.append(
      { step: step.id },
      { type: "downtime-ended", title: step.title, seconds: downtime.seconds },
    );
  }
}

function cancelled(run: PhaseRun, step: PlannedStep): PhaseEnd {
  return {
    outcome: "cancelled",
    sentence: `${run.phase.id} › cancelled before "${step.title}"`,
    next: `re-run phase ${run.phase.id}: it goes on with what is left`,
  };
}

function stopped(run: PhaseRun, step: PlannedStep, end: StepEnd): PhaseEnd {
  const done = run.phase.steps
    .slice(0, run.phase.steps.indexOf(step))
    .filter((one) => run.state().step(run.phase.id, one.id).done).length;
  const completed =
    done === 0
      ? "Nothing before it was done"
      : `Completed: ${done} of ${run.phase.steps.length} steps`;
  const outcome =
    end.outcome === "refused" && run.mutated() && step.onRefusal.length === 0
      ? "failed"
      : end.outcome;
  return {
    outcome,
    sentence: `${run.phase.id} › "${step.title}" ${end.outcome}: ${end.detail}. ${completed}.`,
    next: end.next ?? wayOn(run.phase, outcome),
  };
}

function wayOn(phase: PlannedPhase, outcome: Outcome): string {
  switch (outcome) {
    case "unknown":
      return `find out whether it was done (its check, read-only, is in the plan), then re-run phase ${phase.id}: it checks before it does anything`;
    case "cancelled":
      return `re-run phase ${phase.id}: it goes on with what is left`;
    default:
      return `repair what it names, then re-run phase ${phase.id}; or dispatch the rollback`;
  }
}

function finished({ plan, phase }: PhaseExecution, outcome: Outcome): PhaseEnd {
  const chain = chainOf(plan);
  const following = chain[chain.findIndex((one) => one.id === phase.id) + 1];
  if (phase.dispatched !== undefined) {
    return {
      outcome,
      sentence: `${phase.title}: done`,
      next: "a new run of the chain starts with its first phase",
    };
  }
  if (following === undefined)
    return { outcome, sentence: `${phase.title}: done`, next: "nothing: the round is closed" };
  const first = following.steps.flatMap((step) =>
    step.downtime === undefined ? [] : [`downtime ${step.downtime} with "${step.title}"`],
  );
  const what = first.length === 0 ? "" : ` (${first.join(", ")})`;
  return {
    outcome,
    sentence: `${phase.title}: done`,
    next: `approving ${following.id} will: ${following.title}${what}`,
  };
}

/** What the system is like when a round closes, from what was read last. */
function stateSentence(plan: Plan, replay: Replay): string {
  const readings = Object.keys(plan.resources.readings).flatMap((name) => {
    const latest = replay.latestReading(name);
    if (latest === undefined) return [];
    const values = Object.entries(latest.observation.values).map(
      ([key, value]) => `${key}=${value === "" ? "(unset)" : value}`,
    );
    return [`${latest.observation.title}: ${values.join(", ")}`];
  });
  return readings.length === 0 ? "nothing was read" : readings.join("; ");
}
