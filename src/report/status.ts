import type { Actor, Event, Outcome } from "../journal/event.ts";
import { type Doubt, type JournalState, type Round, replay } from "../journal/replay.ts";
import type { Tenure } from "../journal/lease.ts";
import { tellDoubt, type ToldDoubt } from "./doubts.ts";
import type { ReportPhase, ReportPlan } from "./report-plan.ts";
import { ruleLines } from "./rule.ts";

/** Why something could not be read, and what a person can do. */
export interface Trouble {
  readonly what: string;
  readonly next: string;
}

type Read<Of> =
  | { readonly ok: true; readonly value: Of }
  | { readonly ok: false; readonly trouble: Trouble };

/** What was found out about an environment, and by which plan it is told. */
export interface StatusInput {
  readonly environment: string;
  readonly runbook: string;
  readonly plan: StatusPlan;
  readonly journalAt: string;
  readonly journal: Read<readonly Event[]>;
  readonly lease: Read<Tenure | undefined> | undefined;
  readonly standIns: readonly {
    readonly at: string;
    readonly events: Read<readonly Event[]>;
    readonly lease: Read<Tenure | undefined>;
  }[];
  readonly silent: readonly string[];
  readonly now: Date;
}

interface StatusPlan extends ReportPlan {
  readonly phases: readonly (ReportPhase & { readonly round?: string | undefined })[];
}

/** Where an environment is. This is what `status --json` prints; what is not there is `null`. */
export interface Status {
  readonly version: 1;
  readonly environment: string;
  readonly runbook: string;
  readonly at: string;
  /** `nothing-yet`, `unreadable`, `in-doubt`, `running`, `open` or `closed`. */
  readonly state: "nothing-yet" | "unreadable" | "in-doubt" | "running" | "open" | "closed";
  /** False when something is not known: then the exit status is 4. */
  readonly certain: boolean;
  readonly journal: {
    readonly at: string;
    readonly events: number | null;
    readonly lastAt: string | null;
    readonly problem: Trouble | null;
  };
  readonly round: StatusRound | null;
  /** Other rounds that nobody closed. */
  readonly alsoOpen: readonly string[];
  readonly phases: readonly StatusPhase[];
  readonly doubts: readonly StatusDoubt[];
  /** Sent, and nobody has asked yet how it ended. */
  readonly inFlight: readonly StatusSent[];
  /** The same of closed rounds: a way back waits for nothing. */
  readonly leftBehind: readonly StatusSent[];
  readonly downtime: {
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly seconds: number;
    readonly running: boolean;
    readonly budgetSeconds: number | null;
  };
  readonly lease: StatusLease | null;
  readonly leaseProblem: Trouble | null;
  readonly standIns: readonly StatusStandIn[];
  /** Hosts that could keep a journal that stands in and did not answer. */
  readonly notAsked: readonly string[];
  readonly last: StatusLast | null;
  readonly next: string;
}

interface StatusRound {
  readonly id: string;
  readonly open: boolean;
  readonly openedAt: string;
  readonly owner: Actor;
  readonly takenOver: {
    readonly from: string;
    readonly reason: string;
    readonly at: string;
  } | null;
  readonly closedBy: string | null;
  readonly closedAt: string | null;
  readonly stateSaid: string | null;
}

export interface StatusPhase {
  readonly id: string;
  readonly title: string;
  readonly dispatched: string | null;
  /** An outcome; or `running`, `no-end` (started, and nobody who could end it holds the lease), `not-started`. */
  readonly state: Outcome | "running" | "no-end" | "not-started";
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly seconds: number | null;
}

export type StatusSent = Pick<ToldDoubt, "name" | "act" | "since" | "attempt" | "round" | "sentBy">;

export interface StatusDoubt extends ToldDoubt {
  /** How a person rules on it. */
  readonly rule: readonly string[];
}

interface StatusLease {
  readonly holder: Actor;
  readonly purpose: string;
  readonly since: string;
  readonly until: string;
  readonly remainingSeconds: number;
  readonly expired: boolean;
}

interface StatusStandIn {
  readonly at: string;
  readonly events: number | null;
  readonly problem: Trouble | null;
  readonly lease: StatusLease | null;
  readonly last: StatusLast | null;
}

interface StatusLast {
  readonly phase: string;
  readonly round: string;
  readonly outcome: Outcome;
  readonly at: string;
  readonly sentence: string;
  readonly next: string;
}

/** Tells where an environment is from what was read of it; pure, so that text and JSON say the same. */
export function tellStatus(input: StatusInput): Status {
  const { environment, runbook, plan, journal, journalAt, now } = input;
  const events = journal.ok ? journal.value : [];
  const state = replay(events);
  const { round } = state;
  const lease = input.lease?.ok === true ? leaseOf(input.lease.value) : null;
  const phases = phasesOf(plan, state, lease);
  const facts = {
    phases,
    doubts: state.doubts().map((doubt) => doubtOf(doubt, plan, environment)),
    inFlight: sentOf(
      state.inFlight().filter(({ inFlight }) => !inFlight.unknown),
      plan,
    ),
    lease,
    leaseProblem: input.lease?.ok === false ? input.lease.trouble : null,
    standIns: input.standIns.map(standInOf),
    last: lastOf(events),
  };
  const word = wordOf(journal.ok, round, facts);
  const problem = journal.ok ? null : journal.trouble;
  return {
    version: 1,
    environment,
    runbook,
    at: now.toISOString(),
    state: word,
    certain: isCertain(word, facts),
    journal: {
      at: journalAt,
      events: journal.ok ? events.length : null,
      lastAt: events.at(-1)?.at ?? null,
      problem,
    },
    round: round === undefined ? null : roundOf(round),
    alsoOpen: state.rounds.filter((one) => one.open && one.id !== round?.id).map(({ id }) => id),
    ...facts,
    leftBehind: sentOf(state.leftBehind(), plan),
    downtime: downtimeOf(plan, state, now),
    notAsked: input.silent,
    next: elsewhereNext(facts) ?? nextOf(word, { plan, state, events, problem }, facts),
  };
}

type Facts = Pick<
  Status,
  "phases" | "doubts" | "inFlight" | "lease" | "leaseProblem" | "standIns" | "last"
>;

function wordOf(readable: boolean, round: Round | undefined, facts: Facts): Status["state"] {
  const { phases, doubts, inFlight, lease } = facts;
  if (!readable) return "unreadable";
  const unattended = inFlight.length > 0 && !isLive(lease);
  if (doubts.length > 0 || unattended || phases.some((one) => isStranded(one, round)))
    return "in-doubt";
  if (isLive(lease)) return "running";
  if (round === undefined) return "nothing-yet";
  return round.open ? "open" : "closed";
}

/** Begun, and nobody is there to end it; a phase of the chain whose round was closed meanwhile is nobody's any more. */
function isStranded({ state, dispatched }: StatusPhase, round: Round | undefined): boolean {
  return state === "no-end" && (round?.open === true || dispatched !== null);
}

function isCertain(word: Status["state"], { leaseProblem, standIns }: Facts): boolean {
  if (word === "unreadable" || word === "in-doubt" || leaseProblem !== null) return false;
  return standIns.every(({ problem }) => problem === null);
}

function isLive(lease: StatusLease | null): lease is StatusLease {
  return lease !== null && !lease.expired;
}

function phasesOf(plan: StatusPlan, state: JournalState, lease: StatusLease | null): StatusPhase[] {
  const started = state.phaseIds();
  const planned = plan.phases.filter(
    ({ id, dispatched }) => dispatched === undefined || started.includes(id),
  );
  const known = new Set(plan.phases.map(({ id }) => id));
  const others = started.filter((id) => !known.has(id)).map((id) => ({ id, title: id }));
  return [...planned, ...others].map(({ id, title, ...one }) => {
    const phase = state.phase(id);
    const dispatched = "dispatched" in one ? (one.dispatched ?? null) : null;
    const running = isLive(lease) && lease.purpose === id ? "running" : "no-end";
    return {
      id,
      title,
      dispatched,
      state: phase.running ? running : (phase.outcome ?? "not-started"),
      attempts: phase.attempts,
      startedAt: phase.startedAt ?? null,
      endedAt: phase.running ? null : (phase.endedAt ?? null),
      seconds: phase.running ? null : (phase.seconds ?? null),
    };
  });
}

function doubtOf(doubt: Doubt, plan: StatusPlan, environment: string): StatusDoubt {
  const told = tellDoubt(doubt, plan);
  return { ...told, rule: ruleLines(environment, [told.name]) };
}

function sentOf(doubts: readonly Doubt[], plan: StatusPlan): StatusSent[] {
  return doubts.map((doubt) => {
    const { name, act, since, attempt, round, sentBy } = tellDoubt(doubt, plan);
    return { name, act, since, attempt, round, sentBy };
  });
}

function roundOf(round: Round): StatusRound {
  const { id, open, openedAt, owner, takenOver, closedBy, closedAt, state } = round;
  return {
    id,
    open,
    openedAt,
    owner,
    takenOver: takenOver ?? null,
    closedBy: closedBy ?? null,
    closedAt: closedAt ?? null,
    stateSaid: state ?? null,
  };
}

function leaseOf(tenure: Tenure | undefined): StatusLease | null {
  if (tenure === undefined) return null;
  const { holder, purpose, since, until, remainingSeconds } = tenure;
  const expired = remainingSeconds <= 0;
  return { holder, purpose, since, until, remainingSeconds, expired };
}

function downtimeOf(plan: StatusPlan, state: JournalState, now: Date): Status["downtime"] {
  const { startedAt, endedAt, seconds, running } = state.downtime(now);
  const budgetSeconds = state.budgetDecision()?.seconds ?? plan.downtime?.budgetSeconds ?? null;
  return {
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    seconds,
    running,
    budgetSeconds,
  };
}

function standInOf({ at, events, lease }: StatusInput["standIns"][number]): StatusStandIn {
  const trouble = events.ok ? (lease.ok ? null : lease.trouble) : events.trouble;
  return {
    at,
    events: events.ok ? events.value.length : null,
    problem: trouble,
    lease: lease.ok ? leaseOf(lease.value) : null,
    last: events.ok ? lastOf(events.value) : null,
  };
}

/** How the last phase ended that did, in whatever round. */
function lastOf(events: readonly Event[]): StatusLast | null {
  const event = events.findLast(({ body }) => body.type === "phase-ended");
  if (event?.body.type !== "phase-ended") return null;
  const { at, round, place, body } = event;
  const { outcome, sentence, next } = body;
  return { phase: place.phase ?? "", round, outcome, at, sentence, next };
}

interface Behind {
  readonly plan: StatusPlan;
  readonly state: JournalState;
  readonly events: readonly Event[];
  readonly problem: Trouble | null;
}

/** What happened elsewhere after the journal's last event goes before what the journal says. */
function elsewhereNext({ standIns, lease, last }: Facts): string | undefined {
  if (isLive(lease)) return undefined;
  const acting = standIns.find((one) => isLive(one.lease));
  if (acting !== undefined)
    return `wait: a rollback is under way, with its journal on ${acting.at}`;
  const newer = standIns.flatMap((one) =>
    one.last !== null && one.last.at > (last?.at ?? "") ? [one.last] : [],
  );
  return newer.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1)?.next;
}

/** The one thing to do now. */
function nextOf(word: Status["state"], behind: Behind, facts: Facts): string {
  const { plan, state, events, problem } = behind;
  const { doubts, phases, inFlight, lease, last } = facts;
  switch (word) {
    case "unreadable":
      return problem?.next ?? "";
    case "nothing-yet":
      return `run phase ${plan.phases.find(({ round }) => round === "opens")?.id ?? plan.phases[0]?.id ?? ""}: it opens the first round`;
    case "in-doubt": {
      const [first] = doubts.length > 0 ? doubts : inFlight;
      const phase =
        first?.name.split("/")[0] ?? phases.find((one) => isStranded(one, state.round))?.id ?? "";
      if (isLive(lease))
        return `wait until ${lease.holder.by}, run ${lease.holder.run}, has ended ${lease.purpose}; then ask again`;
      return `re-run phase ${phase}: it joins what still runs and asks the check again${doubts.length > 0 ? "; if that cannot tell either, look by hand and rule on it" : ""}`;
    }
    case "running":
      return isLive(lease) ? `wait: ${lease.purpose} is under way${sayAt(lease)}` : "";
    case "open":
    case "closed":
      return decidedSince(events) ?? (last?.next || nextPhase(plan, state));
  }
}

function sayAt({ holder }: StatusLease): string {
  return holder.url === "" ? "" : ` at ${holder.url}`;
}

/** What a person decided after the last phase's end goes before what that phase said. */
function decidedSince(events: readonly Event[]): string | undefined {
  const ended = events.findLastIndex(({ body }) => body.type === "phase-ended");
  const decided = events
    .slice(ended + 1)
    .findLast(({ body }) => body.type === "ruling" || body.type === "downtime-budget");
  const phase = decided?.place.phase ?? events[ended]?.place.phase;
  if (decided === undefined || phase === undefined) return undefined;
  const what = decided.body.type === "ruling" ? "a ruling" : "another budget";
  return `re-run phase ${phase}: ${decided.actor.by} gave ${what} since it ended`;
}

function nextPhase(plan: StatusPlan, state: JournalState): string {
  const chain = plan.phases.filter(({ dispatched }) => dispatched === undefined);
  const next = chain.find(({ id }) => !state.phase(id).done);
  if (state.round?.open !== true || next === undefined)
    return "dispatch a new run to start another round";
  return `run phase ${next.id}`;
}
