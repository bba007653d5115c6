import { sumDowntime, addToDowntime, type DowntimeInterval } from "../journal/downtime.ts";
import type { Event, FailureRow, Outcome } from "../journal/event.ts";

/** The part of the action's outputs that the journal knows, by their names; what is not known yet is not there. */
export interface PhaseOutputs {
  readonly outcome?: Outcome;
  readonly "downtime-seconds"?: number;
  readonly "unknown-failures"?: number;
}

/** Reads a phase's outputs from the latest round; a clock that runs is read at the last event. */
export function outputsOf(events: readonly Event[], phase: string): PhaseOutputs {
  const last = events.at(-1);
  const round = events.filter((event) => event.round === last?.round);
  const intervals: DowntimeInterval[] = [];
  let outcome: Outcome | undefined;
  let unknownFailures: number | undefined;
  for (const event of round) {
    const { body, place } = event;
    addToDowntime(intervals, event);
    if (body.type === "phase-started" && place.phase === phase) outcome = undefined;
    if (body.type === "phase-ended" && place.phase === phase) outcome = body.outcome;
    if (body.type === "verdict") unknownFailures = countUnknown(body.failures);
  }
  const downtime = sumDowntime(intervals, new Date(last?.at ?? 0));
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(downtime.startedAt === undefined
      ? {}
      : { "downtime-seconds": Math.round(downtime.seconds) }),
    ...(unknownFailures === undefined ? {} : { "unknown-failures": unknownFailures }),
  };
}

/** Failures that the baseline does not cover: of a class that it does not have, or more than it allows. */
function countUnknown(rows: readonly FailureRow[]): number {
  return rows.reduce(
    (sum, { known, count, allowed, uncovered }) =>
      sum + (uncovered ?? (known ? Math.max(0, count - allowed) : count)),
    0,
  );
}
