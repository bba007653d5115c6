import { addToDowntime, sumDowntime, type DowntimeInterval } from "./downtime.ts";
import type { Event, Observation } from "./event.ts";
import type { RoundTimings, StepTiming } from "./timing.ts";

/** What is known of a step that has begun and is not proven to have ended well. */
interface Begun {
  at: string;
  progress?: Extract<Observation, { kind: "progress" }>;
}

/**
 * How long the parts of the latest round took. A step counts from its beginning to its proven end, also when a later
 * run saw that end; what was found done already took nothing, and a downtime that still runs has no length yet.
 */
export function timingsOf(events: readonly Event[]): RoundTimings {
  const round = events.at(-1)?.round;
  const intervals: DowntimeInterval[] = [];
  const phases: Record<string, number> = {};
  const steps: Record<string, StepTiming> = {};
  const begun = new Map<string, Begun>();
  for (const event of events.filter((one) => one.round === round)) {
    addToDowntime(intervals, event);
    takePhase(event, phases);
    takeStep(event, begun, steps);
  }
  const { startedAt, running, seconds } = sumDowntime(intervals, new Date(0));
  const ended = startedAt !== undefined && !running;
  return { ...(ended ? { downtimeSeconds: seconds } : {}), phases, steps };
}

/** Attempts add up: a phase that was stopped and went on took both. */
function takePhase({ body, place: { phase } }: Event, phases: Record<string, number>): void {
  if (body.type !== "phase-ended" || phase === undefined) return;
  if (body.outcome === "already-done") return;
  phases[phase] = (phases[phase] ?? 0) + Math.max(0, body.seconds);
}

function takeStep(
  { at, body, place: { phase, step, host } }: Event,
  begun: Map<string, Begun>,
  steps: Record<string, StepTiming>,
): void {
  if (phase === undefined || step === undefined) return;
  const key = `${phase}/${step}`;
  const open = begun.get(key);
  if (body.type === "step-started") begun.set(key, open ?? { at });
  if (body.type === "observed" && body.observation.kind === "progress" && open !== undefined)
    open.progress = body.observation;
  if (body.type !== "step-ended" || host !== undefined) return;
  // What was sent may still be under way, so the time goes on.
  if (body.outcome === "unknown" || body.outcome === "cancelled") return;
  begun.delete(key);
  if (body.outcome === "succeeded" && open !== undefined) steps[key] = timingOf(open, at);
}

function timingOf({ at: from, progress }: Begun, to: string): StepTiming {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
  if (progress === undefined) return { seconds };
  const { done: objects, perSecond } = progress;
  return { seconds, objects, ...(perSecond === undefined ? {} : { perSecond }) };
}
