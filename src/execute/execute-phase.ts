import type { Actor, Event, Observation, Outcome } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { type JournalState, Replay } from "../journal/replay.ts";
import type { RoundTimings } from "../journal/timing.ts";
import type { Plan, PlannedPhase, PlannedUnit } from "../plan/plan.ts";
import { bindRound } from "../plan/resolve.ts";
import type { BaselineEntry, FailureRule, StepInputs } from "../steps/context.ts";
import { presentToken, removeOldJobs } from "../transport/job-control.ts";
import { openedSteps } from "./changed-steps.ts";
import { foundNow, withoutHosts } from "./hosts-of-round.ts";
import { leftRunning } from "./left-behind.ts";
import { expiredNow, journaledEntries } from "./known-failures.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type { FixedHosts } from "./prepare.ts";
import { withoutProof } from "./protection.ts";
import { admit, closedByChain } from "./round.ts";
import { isGood, type PhaseRun } from "./run-step.ts";
import { runSteps } from "./run-steps.ts";
import { cancelledAtTheStart, stateSentence } from "./sentences.ts";
import { chefFor } from "./chef-for.ts";
import type { PhaseSurroundings } from "./step-context.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** What a phase needs of the journal. */
export type PhaseJournal = Pick<Journal, "events" | "notes" | "setRound" | "append">;

/** What a rehearsed environment's evidence tells of how long things take, and whose it is: `pre-prod, round r2026…`. */
export interface KnownDurations {
  readonly source: string;
  readonly timings: RoundTimings;
}

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
  /** What is said of the files that it was prepared from. */
  readonly notes?: readonly string[];
  readonly failureRules: readonly FailureRule[];
  /** The hosts of searched roles that the plan has; undefined where nothing was searched for. */
  readonly fixed?: FixedHosts | undefined;
  readonly stateDirectory: string;
  readonly token: number;
  /** What the steps took in an environment that was rehearsed. */
  readonly durations?: KnownDurations | undefined;
  /** How this run came by the right to act. */
  readonly lease?: { readonly action: "acquired" | "seized"; readonly detail: string } | undefined;
  /** What was seen in GitHub before anything was connected. */
  readonly witnessed?: readonly Observation[];
  /** Why the environment's journal is not the one that is written, and what becomes of this one. */
  readonly standIn?: string | undefined;
  /** Throws when this run may not change anything any more. */
  readonly mayMutate: () => void;
  /** Aborted when somebody cancels, and when the phase's deadline has passed. */
  readonly signal: AbortSignal;
  readonly deadline?: PhaseSurroundings["deadline"];
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
  /** True for a refusal in the middle: what came before it was done, and stands. */
  readonly changed?: true;
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
  const unproven = withoutProof(execution, replay.inRound(admission.round));
  if (unproven !== undefined) return { outcome: "refused", ...unproven };
  const known = admission.opens ? undefined : replay.inRound(admission.round).hostsFound();
  const unfixed = withoutHosts(execution, known);
  if (unfixed !== undefined) return { outcome: "refused", ...unfixed };
  if (admission.opens && phase.dispatched === undefined) {
    const over = expiredNow(execution.baseline, now());
    if (over !== undefined) return beginLater(phase, over);
    const running = await unlessAborted(leftRunning(replay, execution), execution.signal);
    if (running === undefined) return cancelledAtTheStart(phase, execution.deadline);
    if (running.length > 0)
      return beginLater(phase, {
        why: `an earlier round left something under way: ${running.join("; ")}`,
        next: "wait until it has ended, or end it on its host, then run this phase again",
      });
  }
  journal.setRound(admission.round);
  const append = async (place: Event["place"], body: Event["body"]) => {
    const event = await journal.append(place, maskSecrets(body, execution.secretValues));
    replay.take(event);
    execution.onEvent(event);
  };
  if (admission.opens) {
    await append({ phase: phase.id }, opening(execution));
  }
  for (const body of foundNow(execution, known)) await append({ phase: phase.id }, body);
  if (admission.opens) await tidyHosts(execution);
  const state = replay.inRound(admission.round);
  if (phase.dispatched === undefined && state.expectedTimings() === undefined)
    for (const body of expectations(execution)) await append({ phase: phase.id }, body);
  const before = state.phase(phase.id);
  const startedAt = now().getTime();
  for (const body of introductions(execution, admission, before.attempts + 1, state)) {
    await append({ phase: phase.id }, body);
  }
  let mutations = 0;
  const run: PhaseRun = {
    plan,
    phase,
    surroundings: surroundings(execution, admission.round, state),
    state: () => state,
    append: (place, body) => append({ phase: phase.id, ...place }, body),
    mutating: async (planned) => {
      execution.mayMutate();
      await presentTokenTo(planned, execution);
      mutations += 1;
    },
    // A host that refuses has done nothing.
    refusedBy: () => (mutations -= 1),
    mutated: () => mutations > 0,
    // What is dispatched on its own is meant anew each time, and so are the conditions that guard it.
    doneBefore:
      before.outcome !== undefined && isGood(before.outcome) && phase.dispatched === undefined,
  };
  const end = withStandIn(await runSteps(run, plan), execution.standIn);
  const seconds = (now().getTime() - startedAt) / 1000;
  const { changed: _, ...ended } = end;
  await append({ phase: phase.id }, { type: "phase-ended", ...ended, seconds });
  const nothingBegun = !before.wasDone && state.phaseIds().every((id) => id === phase.id);
  const closing = closingOf(execution, end, state, nothingBegun);
  if (closing !== undefined) await append({ phase: phase.id }, closing);
  if (closing?.type !== "round-closed" || phase.dispatched === undefined) return end;
  for (const { id } of replay.rounds.filter(({ open }) => open)) {
    journal.setRound(id);
    await append({ phase: phase.id }, { ...closing, state: nothingWasBegun });
  }
  return end;
}

/** Also of a round whose first phase never came through: a way back is about the one behind it, and ends both. */
const nothingWasBegun = "nothing was begun";

function beginLater(
  { id }: PlannedPhase,
  { why, next }: { readonly why: string; readonly next: string },
): PhaseEnd {
  return { outcome: "refused", sentence: `${id}: ${why}`, next };
}

/** Nobody may take such a phase for one that stands in the journal. */
function withStandIn(end: PhaseEnd, standIn: string | undefined): PhaseEnd {
  return standIn === undefined ? end : { ...end, sentence: `${end.sentence} Note: ${standIn}.` };
}

/** What is known of a rehearsed run is kept in the round: its later phases need not be told again. */
function expectations({ durations }: PhaseExecution): readonly Event["body"][] {
  return durations === undefined ? [] : [{ type: "expected-timings", ...durations }];
}

type Admitted = Extract<ReturnType<typeof admit>, { kind: "go" }>;

/** What the journal gets before the first step: who acts, in whose place, why, and with which plan. */
function introductions(
  execution: PhaseExecution,
  { takeOver, notes }: Admitted,
  attempt: number,
  state: JournalState,
): readonly Event["body"][] {
  const { plan, phase, journal, reason, lease, standIn, witnessed = [] } = execution;
  const own = [...journal.notes, ...notes, ...(execution.notes ?? [])];
  const note = (text: string): Event["body"] => ({
    type: "observed",
    observation: { kind: "note", text },
  });
  return [
    ...(takeOver === undefined
      ? []
      : [{ type: "round-taken-over" as const, from: takeOver.run, reason: reason ?? "" }]),
    { type: "phase-started", title: phase.title, planDigest: plan.digest, attempt },
    ...(lease === undefined ? [] : [{ type: "lease" as const, ...lease }]),
    ...witnessed.map((observation) => ({ type: "observed" as const, observation })),
    ...(reason === undefined ? [] : [note(`reason given: ${reason}`)]),
    ...[...own, ...(standIn === undefined ? [] : [standIn])].map(note),
    ...changedBaseline(execution, state),
  ];
}

/** Known failures may change within a round: what counts from here on is kept, so that it can be shown beside the first. */
function changedBaseline(
  { phase, baseline, baselineDigest: digest }: PhaseExecution,
  state: JournalState,
): readonly Event["body"][] {
  const latest = state.observationsOf("baseline").at(-1)?.observation.digest;
  const known = latest ?? state.round?.baselineDigest;
  if (phase.dispatched !== undefined || known === undefined || known === digest) return [];
  const entries = journaledEntries(baseline);
  return [{ type: "observed", observation: { kind: "baseline", digest, entries } }];
}

/** A closing phase that came through closes the round; so does a first phase that did not: nothing was begun then. */
function closingOf(
  { plan, phase }: PhaseExecution,
  end: PhaseEnd,
  state: JournalState,
  nothingBegun: boolean,
): Event["body"] | undefined {
  if (isGood(end.outcome)) {
    if (phase.round !== "closes") return undefined;
    return {
      type: "round-closed",
      by: phase.dispatched ?? closedByChain,
      state: [stateSentence(plan, state), ...stillUnderWay(state)].join("; "),
    };
  }
  const { id: round } = state.round ?? {};
  const flying = state.inFlight().some((one) => one.round === round);
  if (phase.round !== "opens" || !nothingBegun || flying) return undefined;
  return { type: "round-closed", by: phase.id, state: nothingWasBegun };
}

/** What a way back leaves running: it waits for nothing, and the next round asks for it. */
function stillUnderWay(state: JournalState): readonly string[] {
  const names = state
    .inFlight()
    .map(({ phase, step, host }) => `${phase}/${step}${host === undefined ? "" : `@${host}`}`);
  return names.length === 0 ? [] : [`not proven to have ended: ${names.join(", ")}`];
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
  if (answer.kind === "refused" && answer.reason === "older-token")
    throw new LeaseLostError(`${host} refuses this run: ${answer.detail}`);
  // A way back goes on where a host can remember nothing; everything else would leave it unfenced.
  if (answer.kind === "refused" && execution.phase.dispatched !== "rollback")
    throw new Error(`${host} cannot keep this run's token: ${answer.detail}`);
}

const jobsKeptDays = 30;
const tidySeconds = 5;

/**
 * Job directories of rounds long past are of no use; a host that cannot be tidied now is tidied another time,
 * and nobody waits long for one.
 */
async function tidyHosts(execution: PhaseExecution): Promise<void> {
  const { plan, connect, stateDirectory, signal } = execution;
  const units = plan.phases.flatMap(({ steps }) => steps.flatMap((step) => step.units));
  const hosts = units.flatMap(({ host, unit }) =>
    unit.kind === "run" && host !== undefined ? [host] : [],
  );
  const tidying = [...new Set(hosts)].map(async (host) =>
    removeOldJobs(await connect(host), stateDirectory, jobsKeptDays),
  );
  const enough = AbortSignal.any([signal, AbortSignal.timeout(tidySeconds * 1000)]);
  await unlessAborted(Promise.allSettled(tidying), enough);
}

function opening({ plan, baseline, baselineDigest }: PhaseExecution): Event["body"] {
  return {
    type: "round-opened",
    runbookDigest: plan.runbookDigest,
    baselineDigest,
    baseline: journaledEntries(baseline),
    planDigest: plan.digest,
    steps: openedSteps(plan),
  };
}

function surroundings(
  execution: PhaseExecution,
  round: string,
  state: JournalState,
): PhaseSurroundings {
  const { plan, phase } = execution;
  return {
    resources: bindRound(plan.resources, round),
    phase: phase.id,
    round,
    token: execution.token,
    protectedEnvironment: plan.protected,
    withoutJournal: execution.standIn !== undefined,
    inputs: execution.inputs,
    baseline: execution.baseline,
    baselineDigest: execution.baselineDigest,
    failureRules: execution.failureRules,
    stateDirectory: execution.stateDirectory,
    pointsOfNoReturn: plan.phases.flatMap((one) =>
      one.steps
        .filter((step) => step.pointOfNoReturn)
        .flatMap((step) => step.units.map(({ host }) => ({ phase: one.id, step: step.id, host }))),
    ),
    signal: execution.signal,
    deadline: execution.deadline,
    connect: execution.connect,
    console: execution.console,
    chef: chefFor(execution),
    secret: execution.secret,
    now: execution.now,
    sleep: execution.sleep,
    state: () => state,
    say: execution.say,
  };
}
