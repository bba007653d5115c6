import { sayClock } from "../journal/say-clock.ts";
import type { DowntimeProjection } from "../journal/timing.ts";

/** Whether the downtime is expected to take longer than it may. */
export function passesBudget({ expectedSeconds, budgetSeconds }: DowntimeProjection): boolean {
  return expectedSeconds > budgetSeconds;
}

/** The clock in a few words: `writes down 01:12 of 15:00, projected 12:40`. */
export function sayProjection(projection: DowntimeProjection): string {
  const { elapsedSeconds, budgetSeconds, expectedSeconds, unknownJobs } = projection;
  const more = unknownJobs.length === 0 ? "" : ` without ${unknownJobs.join(", ")}`;
  return `writes down ${sayClock(elapsedSeconds)} of ${sayClock(budgetSeconds)}, projected ${sayClock(expectedSeconds)}${more}`;
}

/** What is said when the projection passes the budget, and when it no longer does. */
export function sayTurn(projection: DowntimeProjection): string {
  const { budgetSeconds, expectedSeconds } = projection;
  const numbers = `projected ${sayClock(expectedSeconds)}, budget ${sayClock(budgetSeconds)}`;
  return passesBudget(projection)
    ? `⚠️ the downtime is expected to pass its budget: ${numbers}`
    : `the downtime is expected to fit into its budget again: ${numbers}`;
}
