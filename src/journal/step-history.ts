import type { Actor, CheckState, Event, Outcome } from "./event.ts";

/** A step, or its part on one host. */
export interface StepPlace {
  readonly phase: string;
  readonly step: string;
  readonly host?: string;
}

/** An attempt that was journaled before it was sent and whose end is not proven. */
export interface InFlight {
  readonly attempt: number;
  readonly id: string;
  readonly act: string;
  readonly resume: Readonly<Record<string, unknown>>;
  readonly intendedAt: string;
  /** Who sent it. */
  readonly actor: Actor;
  /** What was written when the act came back, if it did before the runner went away. */
  readonly applied?: Outcome;
  /** True when its end was written as `unknown`; otherwise nobody wrote an end, or it was cancelled while it ran. */
  readonly unknown: boolean;
}

/** What a round's events say of one step, or of its part on one host. */
export interface StepState {
  /** The last end was `succeeded` or `already-done`, or a person ruled so. */
  readonly done: boolean;
  /** Also after a ruling, until the next run has looked: what is ruled on is still followed where it runs. */
  readonly inFlight?: InFlight;
  readonly attempts: number;
  /** The last attempt that was journaled, whatever became of it. */
  readonly sent?: Pick<InFlight, "attempt" | "resume">;
  readonly ruling?: {
    readonly ruling: "done" | "not-done";
    readonly reason: string;
    readonly by: string;
  };
  readonly lastOutcome?: Outcome;
  readonly lastDetail?: string;
  readonly lastCheck?: { readonly state: CheckState; readonly detail: string };
  readonly skipped?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly seconds?: number;
}

const untouched: StepState = { done: false, attempts: 0 };

/** The life of one step in one round: a state for the step itself and one for each host that it names. */
export class StepHistory {
  private readonly states = new Map<string | undefined, StepState>();
  readonly phase: string;
  readonly step: string;

  constructor(phase: string, step: string) {
    this.phase = phase;
    this.step = step;
  }

  take(event: Event): void {
    const { host } = event.place;
    this.states.set(host, next(this.state(host), event));
    const { body } = event;
    if (body.type !== "ruling" || host !== undefined) return;
    // A ruling on the step as a whole is one on each of its hosts that is in doubt.
    for (const [name, state] of this.states)
      if (state.inFlight) this.states.set(name, next(state, event));
  }

  state(host: string | undefined): StepState {
    return this.states.get(host) ?? untouched;
  }

  /** Of each part that was sent, its last attempt. */
  sent(): (StepPlace & NonNullable<StepState["sent"]>)[] {
    const { phase, step } = this;
    return [...this.states].flatMap(([host, { sent }]) =>
      sent === undefined ? [] : [{ phase, step, ...(host === undefined ? {} : { host }), ...sent }],
    );
  }

  inFlight(): (StepPlace & StepState)[] {
    const { phase, step } = this;
    return [...this.states]
      .filter(([, state]) => state.inFlight !== undefined && state.ruling === undefined)
      .map(([host, state]) => ({ phase, step, ...(host === undefined ? {} : { host }), ...state }));
  }
}

function next(state: StepState, event: Event): StepState {
  const { actor, at, body, place } = event;
  switch (body.type) {
    case "step-started":
      return { ...state, startedAt: state.startedAt ?? at };
    case "step-skipped":
      return { ...state, skipped: body.reason };
    case "step-checked":
      return { ...state, lastCheck: { state: body.state, detail: body.detail } };
    case "step-intended": {
      const attempt = place.attempt ?? state.attempts + 1;
      const { id, act, resume } = body;
      const { ruling: _, ...rest } = state;
      const inFlight = { attempt, id, act, resume, intendedAt: at, actor, unknown: false };
      const attempts = Math.max(attempt, state.attempts);
      return { ...rest, done: false, attempts, inFlight, sent: { attempt, resume } };
    }
    case "step-applied":
      if (state.inFlight === undefined) return state;
      return { ...state, inFlight: { ...state.inFlight, applied: body.outcome } };
    case "step-ended":
      return ended(state, at, body);
    case "ruling": {
      const { ruling, reason, by } = body;
      return { ...state, done: ruling === "done", ruling: { ruling, reason, by } };
    }
    default:
      return state;
  }
}

/** `unknown` and `cancelled` prove nothing of what was sent: such an attempt stays in flight until it is followed or ruled. */
function ended(
  state: StepState,
  at: string,
  body: Extract<Event["body"], { type: "step-ended" }>,
): StepState {
  const { outcome, detail, seconds } = body;
  const { inFlight, skipped: _, ...rest } = state;
  const done = outcome === "succeeded" || outcome === "already-done";
  const kept = { ...rest, done, lastOutcome: outcome, lastDetail: detail, endedAt: at, seconds };
  const open = inFlight !== undefined && (outcome === "unknown" || outcome === "cancelled");
  if (!open) return kept;
  // A ruling was about what was known then; an end that is unknown again asks for a new one.
  const { ruling, ...asked } = kept;
  const still = outcome === "unknown" || ruling === undefined ? asked : kept;
  return { ...still, inFlight: { ...inFlight, unknown: outcome === "unknown" } };
}
