import {
  addToDowntime,
  type Downtime,
  type DowntimeInterval,
  sumDowntime,
} from "../journal/downtime.ts";
import type { Event, EventBody, Outcome } from "../journal/event.ts";
import { tellClock } from "./clock-story.ts";
import type { ClockStory } from "./sections/clock.ts";
import type { ReportPlan } from "./report-plan.ts";
import { tellSteps, type StepStory } from "./step-story.ts";

export type BodyOf<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }>;

/** What happened in one phase of the latest round, in the words that every view shares. */
export interface PhaseStory {
  readonly id: string;
  readonly title: string;
  readonly environment: string;
  readonly runbook: string;
  readonly round: string;
  readonly attempt: number;
  readonly planDigest: string;
  readonly startedAt: string | undefined;
  readonly ended:
    | {
        readonly outcome: Outcome;
        readonly seconds: number;
        readonly sentence: string;
        readonly next: string;
      }
    | undefined;
  readonly runUrl: string;
  /** In the plan's order; what the plan does not know stands behind. */
  readonly steps: readonly StepStory[];
  /** Events of the phase's latest attempt. */
  readonly events: readonly Event[];
  /** Events of the phase in all attempts of the round: what was observed before a re-run still counts. */
  readonly allEvents: readonly Event[];
  readonly downtime: Downtime & { readonly title: string };
  readonly clock: ClockStory;
}

/** Reads a phase's story from the journal; the round is the one that the last event belongs to. */
export function tellPhase(
  events: readonly Event[],
  phase: string,
  plan: ReportPlan,
  now: Date,
): PhaseStory {
  const last = events.at(-1);
  const round = events.filter((event) => event.round === last?.round);
  const allEvents = round.filter((event) => event.place.phase === phase);
  const latest = latestAttempt(allEvents);
  const planned = plan.phases.find(({ id }) => id === phase);
  const started = bodiesOf(latest, "phase-started").at(-1);
  const ended = bodiesOf(latest, "phase-ended").at(-1);
  return {
    id: phase,
    title: started?.body.title ?? planned?.title ?? phase,
    environment: last?.environment ?? "",
    runbook: last?.runbook ?? "",
    round: last?.round ?? "",
    attempt: started?.body.attempt ?? 1,
    planDigest: started?.body.planDigest || plan.digest,
    startedAt: started?.at ?? latest[0]?.at,
    ended: ended?.body,
    runUrl: latest.at(-1)?.actor.url ?? "",
    steps: tellSteps(latest, planned),
    events: latest,
    allEvents,
    downtime: clock(round, now),
    clock: tellClock(round, plan),
  };
}

/** Events of one type, typed. */
export function bodiesOf<Type extends EventBody["type"]>(
  events: readonly Event[],
  type: Type,
): { readonly at: string; readonly event: Event; readonly body: BodyOf<Type> }[] {
  return events.flatMap((event) =>
    event.body.type === type ? [{ at: event.at, event, body: event.body as BodyOf<Type> }] : [],
  );
}

/** From the last start on, or from the last end when the phase was refused before it could start again. */
function latestAttempt(events: readonly Event[]): readonly Event[] {
  let from = 0;
  let ended = false;
  for (const [index, { body }] of events.entries()) {
    const acts = body.type === "phase-ended" || body.type.startsWith("step-");
    if (body.type === "phase-started" || (ended && acts)) from = index;
    if (body.type === "phase-started" || acts) ended = body.type === "phase-ended";
  }
  return events.slice(from);
}

function clock(round: readonly Event[], now: Date): Downtime & { readonly title: string } {
  const intervals: DowntimeInterval[] = [];
  let title = "";
  for (const event of round) {
    addToDowntime(intervals, event);
    if (event.body.type === "downtime-started") title = event.body.title;
  }
  return { ...sumDowntime(intervals, now), title };
}
