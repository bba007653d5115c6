import type { DowntimeProjection } from "../journal/timing.ts";
import { sayProjection } from "./projection.ts";
import { formatDuration, formatNumber, formatPercent, formatRate } from "./format.ts";

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly perSecond: number | undefined;
  readonly downtime?: DowntimeProjection | undefined;
}

/** Progress in one short line: `orgs 4,210 of 12,000 (35%) · 182/s · about 43 s left`. */
export function sayProgress({ what, done, total, perSecond, downtime }: Progress): string {
  const known = total !== undefined && total > 0;
  const share = known ? ` of ${formatNumber(total)} (${formatPercent(done, total)})` : "";
  const moving = perSecond !== undefined && perSecond > 0;
  const rate = moving ? ` · ${formatRate(perSecond)}` : "";
  const left =
    known && moving && done < total
      ? ` · about ${formatDuration(Math.ceil((total - done) / perSecond))} left`
      : "";
  const clock = downtime === undefined ? "" : ` · ${sayProjection(downtime)}`;
  return `${what} ${formatNumber(done)}${share}${rate}${left}${clock}`;
}

/** What a step counts, from its id: `migrate-orgs` counts orgs; of others nothing is known but the step. */
export function countedBy(step: string): string {
  return /^migrate-(.+)$/.exec(step)?.[1]?.replaceAll("-", " ") ?? "done";
}
