import type { ChefClient } from "../chef/client.ts";
import type { ItemChange } from "../chef/item.ts";
import type { Observation } from "../journal/event.ts";
import type { JournalState } from "../journal/replay.ts";
import type {
  BaselineEntry,
  FailureObservation,
  FailureRule,
  FollowedSoFar,
  ItemWrite,
  StepContext,
  StepInputs,
  UnreadLog,
} from "../steps/context.ts";
import type { Resources } from "../steps/resources.ts";
import type { Verdict } from "../steps/verdict.ts";
import type { Connection } from "../transport/connection.ts";
import type { Console } from "../transport/console/console.ts";

/** How long a phase may take, and whether that, and nobody's cancellation, is what ends it. */
export interface PhaseDeadline {
  readonly seconds: number;
  passed(): boolean;
}

/** What a phase lends to its steps; the same for all of them. */
export interface PhaseSurroundings {
  readonly resources: Resources;
  readonly phase: string;
  readonly round: string;
  readonly token: number;
  readonly protectedEnvironment: boolean;
  readonly withoutJournal: boolean;
  readonly inputs: StepInputs;
  readonly baseline: readonly BaselineEntry[];
  readonly baselineDigest: string;
  readonly failureRules: readonly FailureRule[];
  readonly stateDirectory: string;
  readonly pointsOfNoReturn: readonly {
    readonly phase: string;
    readonly step: string;
    readonly host: string | undefined;
  }[];
  readonly signal: AbortSignal;
  /** The phase's own deadline, where it has one. */
  readonly deadline?: PhaseDeadline | undefined;
  readonly connect: (host: string) => Promise<Connection>;
  readonly console: (name: string) => Console;
  readonly chef: () => ChefClient;
  readonly secret: (name: string) => string | undefined;
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly state: () => JournalState;
  readonly say: (line: string) => void;
}

/** Where a step's own observations and verdicts go. */
export interface StepSink {
  readonly step: string;
  readonly host: string | undefined;
  readonly observe: (observation: Observation, host?: string) => Promise<void>;
  readonly conclude: (verdict: Verdict) => Promise<void>;
}

/** The phase's surroundings as one step's unit sees them. */
export function stepContext(phase: PhaseSurroundings, sink: StepSink): StepContext {
  const { state, deadline: _, ...lent } = phase;
  return {
    ...lent,
    step: sink.step,
    observe: sink.observe,
    conclude: sink.conclude,
    lastOutcome: () => state().step(phase.phase, sink.step, sink.host).lastOutcome,
    wasDone: () => state().step(phase.phase, sink.step, sink.host).done,
    verdictOf: (step) => {
      const latest = state().latestVerdict();
      return latest?.event.place.step === step ? latest.verdict : undefined;
    },
    probesOf: (step) =>
      state().observationsOf("probes", { step }).at(-1)?.observation.answers ?? [],
    wroteItem: (step) => lastWrite(state(), step),
    passedPointOfNoReturn: () => passedPointOfNoReturn(phase),
    nodeSeen: () =>
      state().observationsOf("console", { phase: phase.phase, step: sink.step }).at(-1)
        ?.observation,
    followed: (attempt) => followedIn(state(), phase.phase, sink, attempt),
    failures: () => failuresIn(state()),
    unreadLogs: () => unreadIn(state()),
  };
}

/** Whether a point of no return was sent in this round, by the journal. */
export function passedPointOfNoReturn({
  pointsOfNoReturn,
  state,
}: Pick<PhaseSurroundings, "pointsOfNoReturn" | "state">): boolean {
  return pointsOfNoReturn.some(
    ({ phase, step, host }) => state().step(phase, step, host).attempts > 0,
  );
}

/** In the newest round that wrote: one that found everything right has nothing that it could put back. */
function lastWrite(state: JournalState, step: string): ItemWrite | undefined {
  const writes = state.rounds
    .map(({ id }) => state.inRound(id).observationsOf("databag", { step }))
    .findLast((all) => all.length > 0)
    ?.map(({ observation }) => observation);
  const last = writes?.at(-1);
  if (writes === undefined || last === undefined) return undefined;
  const { bag, item } = last;
  const changes = new Map<string, ItemChange>();
  for (const one of writes.filter((write) => write.bag === bag && write.item === item))
    for (const { pointer, before, after } of one.changes)
      changes.set(pointer, { pointer, before, after });
  return { bag, item, changes: [...changes.values()] };
}

function followedIn(
  state: JournalState,
  phase: string,
  { step, host }: StepSink,
  attempt: number,
): FollowedSoFar | undefined {
  const where = { phase, step, ...(host === undefined ? {} : { host }) };
  const latest = state.observationsOf("followed", where).at(-1);
  return latest?.event.place.attempt === attempt ? latest.observation : undefined;
}

function failuresIn(state: JournalState): FailureObservation[] {
  return state.observationsOf("failures").map(({ event, observation }) => ({
    // A run that had to read the log again says the same of the same attempt a second time.
    attempt: `${event.place.step ?? ""}#${event.place.attempt ?? 0}:${event.actor.run}:${event.actor.runAttempt}`,
    classes: observation.classes,
    unclassified: observation.unclassified,
    samples: observation.samples,
    gap: observation.gap,
    present: observation.present,
  }));
}

/** A job keeps in its intent where its log stood; whoever follows it to its end journals what the log said. */
function unreadIn(state: JournalState): UnreadLog[] {
  return state
    .sent()
    .flatMap(({ phase, step, attempt, resume: { logName: log, log: position } }) => {
      if (typeof log !== "string" || typeof position !== "object" || position === null) return [];
      const read = state
        .observationsOf("failures", { phase, step })
        .some(({ event }) => event.place.attempt === attempt);
      return read ? [] : [{ step, log, position: position as UnreadLog["position"] }];
    });
}
