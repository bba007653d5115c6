import type { Event } from "./event.ts";

/** One stretch in which writes were refused; without an end it still runs. */
export interface DowntimeInterval {
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** The downtime clock of a round: from the first verified start to the last verified end, pauses not counted. */
export interface Downtime {
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly seconds: number;
  readonly running: boolean;
}

/** Notes a start or an end; a start while it runs and an end while it stands change nothing. */
export function addToDowntime(intervals: DowntimeInterval[], { at, body }: Event): void {
  const last = intervals.at(-1);
  const running = last !== undefined && last.endedAt === undefined;
  if (body.type === "downtime-started" && !running) intervals.push({ startedAt: at });
  // An end that was written elsewhere and joined later may be one of before this start.
  if (body.type === "downtime-ended" && running && at >= last.startedAt)
    intervals[intervals.length - 1] = { ...last, endedAt: at };
}

/** Adds up the intervals; the one that runs counts until `now`. */
export function sumDowntime(intervals: readonly DowntimeInterval[], now: Date): Downtime {
  const first = intervals[0];
  const last = intervals.at(-1);
  if (first === undefined || last === undefined) return { seconds: 0, running: false };
  const milliseconds = intervals.reduce((sum, interval) => sum + length(interval, now), 0);
  const running = last.endedAt === undefined;
  const ended = running ? {} : { endedAt: last.endedAt };
  return { startedAt: first.startedAt, ...ended, seconds: milliseconds / 1000, running };
}

function length({ startedAt, endedAt }: DowntimeInterval, now: Date): number {
  const end = endedAt === undefined ? now.getTime() : Date.parse(endedAt);
  return Math.max(0, end - Date.parse(startedAt));
}
