import type { Event } from "../journal/event.ts";
import { replay, type JournalState, type Round } from "../journal/replay.ts";
import { presentBaseline } from "../report/baseline.ts";
import { timingsOf } from "../journal/timings.ts";
import type { Evidence } from "./evidence.ts";
import { merelyDone } from "./merely-done.ts";
import { skippedIn } from "./skipped-in.ts";

/** What the journal does not know: the run as GitHub knows it, and the plan of the commit that it runs. */
export interface EvidenceRequest {
  readonly of: Evidence["of"];
  readonly run: Evidence["run"];
  readonly runbook: string;
  readonly environment: string;
  /** Phases of the chain, in their order; for a rollback that phase alone. */
  readonly phases: readonly string[];
  /** Steps (`phase/step`) that have to be done, and not only found done, to prove anything. */
  readonly acts: readonly string[];
  readonly runbookDigest: string;
  readonly planDigest: string;
  readonly approvals: readonly string[];
  /** What GitHub says of the run's jobs that did not end well; a lost runner leaves no event. */
  readonly jobProblems: readonly string[];
  readonly events: readonly Event[];
  readonly journalHead: string;
  readonly now: Date;
}

/** Computes what a run proved: only what it did itself, to its end, with a good verdict, counts. */
export function makeEvidence(request: EvidenceRequest): Evidence {
  const state = replay(request.events);
  const round = roundOf(request, state);
  const own = request.events.filter((event) => round !== undefined && event.round === round.id);
  const history = round === undefined ? undefined : state.inRound(round.id);
  const verdict = history?.latestVerdict()?.verdict;
  const idle = merelyDone(own, { run: request.run.id, acts: request.acts });
  const why = [...request.jobProblems, ...problems(request, round, history, idle)];
  return {
    version: 1,
    runbook: request.runbook,
    environment: request.environment,
    of: request.of,
    proven: why.length === 0,
    why,
    runbookDigest: request.runbookDigest,
    baselineDigest: verdict?.baselineDigest ?? round?.baselineDigest ?? "",
    baseline: [...(presentBaseline(own) ?? [])],
    planDigest: request.planDigest,
    round: round?.id ?? "",
    startedAt: own[0]?.at ?? request.now.toISOString(),
    endedAt: own.at(-1)?.at ?? request.now.toISOString(),
    run: request.run,
    approvals: [...request.approvals],
    phases: request.phases.map((phase) => proofOf(phase, history)),
    merelyDone: idle,
    skipped: skippedIn(own, request),
    downtimeSeconds: history?.downtime(request.now).seconds ?? 0,
    timings: timingsOf(own),
    verdict:
      verdict === undefined
        ? null
        : {
            good: verdict.good,
            reasons: verdict.reasons,
            rows: verdict.rows,
            failures: verdict.failures,
          },
    journal: { events: request.events.length, head: request.journalHead },
  };
}

/** The round in which this run acted last: its own, one that it took over, or the one that it rolled back. */
function roundOf({ run, events }: EvidenceRequest, state: JournalState): Round | undefined {
  const last = events.findLast(({ actor, round }) => actor.run === run.id && round !== "");
  return state.rounds.find(({ id }) => id === last?.round);
}

function proofOf(phase: string, history: JournalState | undefined): Evidence["phases"][number] {
  const { outcome, attempts = 0, seconds = 0 } = history?.phase(phase) ?? {};
  return { phase, outcome: outcome ?? null, attempts, seconds };
}

function problems(
  request: EvidenceRequest,
  round: Round | undefined,
  history: JournalState | undefined,
  idle: readonly string[],
): readonly string[] {
  if (round === undefined || history === undefined)
    return [`run ${request.run.id} has written nothing into the journal`];
  const closedBy = request.of === "chain" ? "chain" : request.of;
  return [
    ...request.phases
      .filter((phase) => !history.phase(phase).done)
      .map((phase) => `phase ${phase} ${endOf(history, phase)}`),
    ...(round.open || round.closedBy !== closedBy ? [closing(round)] : []),
    ...idle.map((step) => `${step} was merely found done`),
    ...(request.of === "chain" ? chainProblems(request, round, history) : []),
  ];
}

function chainProblems(
  request: EvidenceRequest,
  round: Round,
  history: JournalState,
): readonly string[] {
  const verdict = history.latestVerdict()?.verdict;
  return [
    ...(round.owner.run === request.run.id ? [] : [`the round belongs to run ${round.owner.run}`]),
    ...(round.runbookDigest === request.runbookDigest ? [] : ["the runbook changed in mid-round"]),
    ...(verdict !== undefined && !verdict.good ? ["the verdict is bad"] : []),
    ...others(request, round).map((run) => `run ${run} acted in the round, too`),
  ];
}

/** Runs that ran a phase of the chain in the round: what they did was done by code that nobody vouches for here. */
function others({ run, events, phases }: EvidenceRequest, { id }: Round): readonly string[] {
  const started = events.filter(
    ({ round, body, place, actor }) =>
      round === id &&
      body.type === "phase-started" &&
      phases.includes(place.phase ?? "") &&
      actor.run !== run.id,
  );
  return [...new Set(started.map(({ actor }) => actor.run))];
}

function endOf(history: JournalState, phase: string): string {
  const { outcome, running, attempts } = history.phase(phase);
  if (attempts === 0) return "was not started";
  return running || outcome === undefined ? "has not ended" : `ended ${outcome}`;
}

function closing({ id, open, closedBy }: Round): string {
  return open ? `round ${id} is still open` : `round ${id} was closed by ${closedBy ?? "nobody"}`;
}
