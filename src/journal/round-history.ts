import { addToDowntime, type DowntimeInterval } from "./downtime.ts";
import type { Event, EventBody, Observation, Outcome } from "./event.ts";
import { StepHistory, type StepPlace, type StepState } from "./step-history.ts";

/** An observation with the event that carries it: when, where and by whom it was seen. */
export interface Observed<K extends Observation["kind"] = Observation["kind"]> {
  readonly event: Event;
  readonly observation: Extract<Observation, { kind: K }>;
}

/** Where to look for observations; what is left out is not asked for. */
export interface Where {
  readonly phase?: string;
  readonly step?: string;
  readonly host?: string;
}

export type HostsFound = Extract<EventBody, { type: "hosts-found" }>;
export type BudgetDecision = Extract<EventBody, { type: "downtime-budget" }>;
export type ExpectedTimings = Extract<EventBody, { type: "expected-timings" }>;
/** A step that was sent, with its last attempt. */
export type Sent = StepPlace & NonNullable<StepState["sent"]>;

export type Verdict = Extract<EventBody, { type: "verdict" }>;

/** What a round's events say of one phase. `outcome` is that of the last end, also while a later attempt runs. */
export interface PhaseState {
  readonly outcome?: Outcome;
  /** True when the last attempt has ended, as `succeeded` or `already-done`. */
  readonly done: boolean;
  /** True when any attempt ended so, whatever came after it. */
  readonly wasDone: boolean;
  /** Started, and no end was written after that: it runs, or its runner died. */
  readonly running: boolean;
  readonly attempts: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly seconds?: number;
  readonly sentence?: string;
  readonly next?: string;
  readonly planDigest?: string;
}

const neverStarted: PhaseState = {
  done: false,
  wasDone: false,
  running: false,
  attempts: 0,
};

/** One round's events, indexed as they come, so that no question has to walk through the journal. */
export class RoundHistory {
  readonly intervals: DowntimeInterval[] = [];
  verdict: { readonly event: Event; readonly verdict: Verdict } | undefined;
  /** The newest decision on the downtime's budget. */
  budget: BudgetDecision | undefined;
  /** What the steps took in the environment that was rehearsed. */
  expected: ExpectedTimings | undefined;
  /** The hosts that its first search found; what a rollback found by itself later changes nothing of it. */
  found: HostsFound | undefined;
  /** Ids of the attempts that were not proven to have ended when the round was closed. */
  readonly closedOver = new Set<string>();
  private readonly phases = new Map<string, PhaseState>();
  private readonly steps = new Map<string, StepHistory>();
  private readonly observed = new Map<string, Observed[]>();
  private readonly readings = new Map<string, Observed<"reading">>();
  private readonly consoles = new Map<string, Observed<"console">>();

  take(event: Event): void {
    const { body, place } = event;
    if (body.type === "observed") this.observe(event, body.observation);
    else if (body.type === "verdict") this.verdict = { event, verdict: body };
    else if (body.type === "downtime-budget") this.budget = body;
    else if (body.type === "hosts-found") this.found ??= body;
    else if (body.type === "expected-timings") this.expected = body;
    else if (body.type === "round-closed") this.closeOver();
    else if (body.type === "phase-started" || body.type === "phase-ended") this.takePhase(event);
    else if (place.phase !== undefined && place.step !== undefined) {
      this.history({ phase: place.phase, step: place.step }).take(event);
    }
    addToDowntime(this.intervals, event);
  }

  phase(id: string): PhaseState {
    return this.phases.get(id) ?? neverStarted;
  }

  phaseIds(): readonly string[] {
    return [...this.phases.keys()];
  }

  step(place: StepPlace): StepState {
    return this.steps.get(stepKey(place))?.state(place.host) ?? { done: false, attempts: 0 };
  }

  sent(): readonly Sent[] {
    return [...this.steps.values()].flatMap((history) => history.sent());
  }

  inFlight(): readonly (StepPlace & StepState)[] {
    return [...this.steps.values()].flatMap((history) => history.inFlight());
  }

  observationsOf<K extends Observation["kind"]>(kind: K, where: Where): readonly Observed<K>[] {
    const seen: readonly Observed[] = this.observed.get(kind) ?? [];
    return seen.flatMap((one) => (isOf(one, kind) && isAt(one.event, where) ? [one] : []));
  }

  reading(name: string): Observed<"reading"> | undefined {
    return this.readings.get(name);
  }

  console(name: string): Observed<"console"> | undefined {
    return this.consoles.get(name);
  }

  private closeOver(): void {
    for (const { inFlight } of this.inFlight())
      if (inFlight !== undefined) this.closedOver.add(inFlight.id);
  }

  private history(place: StepPlace): StepHistory {
    const key = stepKey(place);
    const found = this.steps.get(key) ?? new StepHistory(place.phase, place.step);
    this.steps.set(key, found);
    return found;
  }

  private observe(event: Event, observation: Observation): void {
    const seen = this.observed.get(observation.kind) ?? [];
    seen.push({ event, observation });
    this.observed.set(observation.kind, seen);
    if (observation.kind === "reading") this.readings.set(observation.name, { event, observation });
    if (observation.kind === "console") this.consoles.set(observation.name, { event, observation });
  }

  private takePhase({ at, body, place }: Event): void {
    if (place.phase === undefined) return;
    const before = this.phase(place.phase);
    if (body.type === "phase-started") {
      const attempts = Math.max(before.attempts + 1, body.attempt);
      const startedAt = before.startedAt ?? at;
      this.phases.set(place.phase, {
        ...before,
        attempts,
        startedAt,
        done: false,
        running: true,
        planDigest: body.planDigest,
      });
    } else if (body.type === "phase-ended") {
      const { outcome, seconds, sentence, next } = body;
      const done = outcome === "succeeded" || outcome === "already-done";
      this.phases.set(place.phase, {
        ...before,
        outcome,
        seconds,
        sentence,
        next,
        done,
        wasDone: before.wasDone || done,
        endedAt: at,
        running: false,
      });
    }
  }
}

function stepKey({ phase, step }: StepPlace): string {
  return JSON.stringify([phase, step]);
}

function isOf<K extends Observation["kind"]>(
  one: Observed,
  kind: K,
): one is Observed & Observed<K> {
  return one.observation.kind === kind;
}

function isAt({ place }: Event, { phase, step, host }: Where): boolean {
  if (phase !== undefined && place.phase !== phase) return false;
  if (step !== undefined && place.step !== step) return false;
  return host === undefined || place.host === host;
}
