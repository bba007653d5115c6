import { type Downtime, sumDowntime } from "./downtime.ts";
import type { Actor, Event, Observation, OpenedStep } from "./event.ts";
import {
  type BudgetDecision,
  type ExpectedTimings,
  type HostsFound,
  type Observed,
  type PhaseState,
  RoundHistory,
  type Sent,
  type Verdict,
  type Where,
} from "./round-history.ts";
import type { InFlight, StepPlace, StepState } from "./step-history.ts";

export type { Downtime } from "./downtime.ts";
export type {
  BudgetDecision,
  ExpectedTimings,
  HostsFound,
  Observed,
  PhaseState,
  Verdict,
  Where,
} from "./round-history.ts";
export type { InFlight, StepPlace, StepState } from "./step-history.ts";

/** One attempt at the whole runbook: who owns it and how it stands. */
export interface Round {
  readonly id: string;
  readonly openedAt: string;
  /** The run that opened it, or the one that took it over. */
  readonly owner: Actor;
  readonly open: boolean;
  readonly runbookDigest: string;
  readonly baselineDigest: string;
  readonly planDigest: string;
  /** The plan's steps when it was opened; empty in journals of before this was kept. */
  readonly steps: readonly OpenedStep[];
  readonly takenOver?: { readonly from: string; readonly reason: string; readonly at: string };
  readonly closedBy?: string;
  readonly closedAt?: string;
  /** The sentence that the closing phase said of the system's state. */
  readonly state?: string;
}

/** A step whose attempt is not proven to have ended, with the round that it belongs to. */
export type Doubt = StepPlace & StepState & { readonly round: string; readonly inFlight: InFlight };

/** What the journal says. Every question is about the latest round unless it says otherwise. */
export interface JournalState {
  readonly round: Round | undefined;
  readonly rounds: readonly Round[];
  /** The same questions about another round. */
  inRound(id: string): JournalState;
  phase(id: string): PhaseState;
  /** Phases of the round that were started, in that order. */
  phaseIds(): readonly string[];
  step(phase: string, step: string, host?: string): StepState;
  observationsOf<K extends Observation["kind"]>(kind: K, where?: Where): readonly Observed<K>[];
  latestReading(name: string): Observed<"reading"> | undefined;
  latestConsole(name: string): Observed<"console"> | undefined;
  latestVerdict(): { readonly event: Event; readonly verdict: Verdict } | undefined;
  /** Every step of the round that was sent, with its last attempt. */
  sent(): readonly Sent[];
  downtime(now: Date): Downtime;
  /** What a person decided last about the downtime's budget. */
  budgetDecision(): BudgetDecision | undefined;
  /** What the steps took where the runbook was rehearsed, as far as the round knows. */
  expectedTimings(): ExpectedTimings | undefined;
  /** The hosts of searched roles that the round is fixed to; undefined where it searched for none. */
  hostsFound(): HostsFound | undefined;
  /**
   * Attempts whose end is not proven: running, or their runner died, or `unknown`. Not those over which a round was
   * closed; but those that were sent in it since, since a way back acts in closed rounds too.
   */
  inFlight(): readonly Doubt[];
  /** The same of closed rounds, whether sent before or after the closing: a way back closes a round and waits for nothing. */
  leftBehind(): readonly Doubt[];
  /** Those in flight whose end was written as `unknown`: a check or a person has to say. */
  doubts(): readonly Doubt[];
}

/** Computes the state from a journal's events. */
export function replay(events: Iterable<Event>): JournalState {
  const state = new Replay();
  for (const event of events) state.take(event);
  return state;
}

interface AllRounds {
  readonly opened: Map<string, Round>;
  readonly histories: Map<string, RoundHistory>;
  latest: string;
}

/** The state that grows with the journal: takes one event at a time and answers in between. */
export class Replay implements JournalState {
  private readonly all: AllRounds;
  private readonly pinned: string | undefined;

  constructor(
    all: AllRounds = { opened: new Map(), histories: new Map(), latest: "" },
    pinned?: string,
  ) {
    this.all = all;
    this.pinned = pinned;
  }

  take(event: Event): void {
    this.takeRound(event);
    const history = this.all.histories.get(event.round) ?? new RoundHistory();
    this.all.histories.set(event.round, history);
    history.take(event);
  }

  get round(): Round | undefined {
    return this.all.opened.get(this.id);
  }

  get rounds(): readonly Round[] {
    return [...this.all.opened.values()];
  }

  inRound(id: string): JournalState {
    return new Replay(this.all, id);
  }

  phase(id: string): PhaseState {
    return this.current.phase(id);
  }

  phaseIds(): readonly string[] {
    return this.current.phaseIds();
  }

  step(phase: string, step: string, host?: string): StepState {
    return this.current.step({ phase, step, ...(host === undefined ? {} : { host }) });
  }

  observationsOf<K extends Observation["kind"]>(
    kind: K,
    where: Where = {},
  ): readonly Observed<K>[] {
    return this.current.observationsOf(kind, where);
  }

  latestReading(name: string): Observed<"reading"> | undefined {
    return this.current.reading(name);
  }

  latestConsole(name: string): Observed<"console"> | undefined {
    return this.current.console(name);
  }

  latestVerdict(): { readonly event: Event; readonly verdict: Verdict } | undefined {
    return this.current.verdict;
  }

  sent(): readonly Sent[] {
    return this.current.sent();
  }

  downtime(now: Date): Downtime {
    return sumDowntime(this.current.intervals, now);
  }

  budgetDecision(): BudgetDecision | undefined {
    return this.current.budget;
  }

  expectedTimings(): ExpectedTimings | undefined {
    return this.current.expected;
  }

  hostsFound(): HostsFound | undefined {
    return this.current.found;
  }

  inFlight(): readonly Doubt[] {
    return this.notProven().filter(
      ({ round, inFlight }) => this.all.histories.get(round)?.closedOver.has(inFlight.id) !== true,
    );
  }

  leftBehind(): readonly Doubt[] {
    return this.notProven().filter(({ round }) => this.all.opened.get(round)?.open === false);
  }

  doubts(): readonly Doubt[] {
    return this.inFlight().filter((doubt) => doubt.inFlight.unknown);
  }

  private notProven(): readonly Doubt[] {
    return [...this.all.histories].flatMap(([round, history]) => inFlightOf(round, history));
  }

  private get id(): string {
    return this.pinned ?? this.all.latest;
  }

  private get current(): RoundHistory {
    return this.all.histories.get(this.id) ?? new RoundHistory();
  }

  private takeRound({ at, round: id, actor, body }: Event): void {
    const { opened } = this.all;
    if (body.type === "round-opened") {
      const { runbookDigest, baselineDigest, planDigest, steps = [] } = body;
      opened.set(id, {
        id,
        openedAt: at,
        owner: actor,
        open: true,
        runbookDigest,
        baselineDigest,
        planDigest,
        steps,
      });
      this.all.latest = id;
      return;
    }
    const round = opened.get(id);
    if (round === undefined) return;
    if (body.type === "round-taken-over") {
      opened.set(id, {
        ...round,
        owner: actor,
        takenOver: { from: body.from, reason: body.reason, at },
      });
    } else if (body.type === "round-closed") {
      opened.set(id, { ...round, open: false, closedBy: body.by, closedAt: at, state: body.state });
    }
  }
}

function inFlightOf(round: string, history: RoundHistory): Doubt[] {
  return history
    .inFlight()
    .flatMap((state) =>
      state.inFlight === undefined ? [] : [{ ...state, inFlight: state.inFlight, round }],
    );
}
