import type { BudgetDecision, ExpectedTimings } from "../../journal/replay.ts";
import { sayClock } from "../../journal/say-clock.ts";
import type { DowntimeProjection, RoundTimings } from "../../journal/timing.ts";
import { formatDuration, formatInstant } from "../format.ts";
import { type Block, details, list, md, paragraph, table } from "../markdown.ts";
import { passesBudget } from "../projection.ts";
import type { PhaseStory } from "../story.ts";

/** The downtime in a round's events: the clock, its budget, what was expected and what it took. */
export interface ClockStory {
  readonly budgetSeconds: number | undefined;
  readonly decisions: readonly BudgetDecision[];
  /** What was expected when a job was asked last. */
  readonly projection: DowntimeProjection | undefined;
  /** How often the downtime came to be expected to pass its budget. */
  readonly warnings: number;
  readonly expected: ExpectedTimings | undefined;
  readonly actual: RoundTimings;
}

/** Whether writes are refused right now, for how long in all, and how that compares to what was allowed and expected. */
export function clockBlocks({ downtime, clock }: PhaseStory): Block[] {
  return [...stateBlocks(downtime, clock), ...comparisonBlocks(clock)];
}

function stateBlocks(downtime: PhaseStory["downtime"], clock: ClockStory): Block[] {
  const { startedAt, endedAt, seconds, running, title } = downtime;
  if (startedAt === undefined) return [];
  const total = formatDuration(seconds);
  const sentence = running
    ? `⏱ **Downtime is running**: ${total} so far, since ${formatInstant(startedAt)} (${md(title, 120)}).`
    : `⏱ **Downtime is over**: ${total} in all, from ${formatInstant(startedAt)} to ${formatInstant(endedAt ?? "")}.`;
  const facts = [
    ...budgetFacts(seconds, clock),
    ...(running ? projectionFacts(seconds, clock) : []),
    ...clock.decisions.map(
      (one) =>
        `${md(one.by, 80)} gave it a budget of ${sayClock(one.seconds)}: ${md(one.reason, 500)}`,
    ),
  ];
  return facts.length === 0 ? [paragraph(sentence)] : [paragraph(sentence), list(facts)];
}

function budgetFacts(seconds: number, { budgetSeconds: budget, warnings }: ClockStory): string[] {
  if (budget === undefined) return [];
  const rest = budget - seconds;
  const left = rest >= 0 ? `${formatDuration(rest)} left` : `⚠️ passed by ${formatDuration(-rest)}`;
  const warned =
    warnings === 0
      ? ""
      : `; expected to pass it ${warnings === 1 ? "once" : `${warnings} times`} on the way`;
  return [`Budget ${formatDuration(budget)}, ${left}${warned}`];
}

/** What was expected when a job was asked last, as long as the clock has not overtaken it. */
function projectionFacts(seconds: number, { projection }: ClockStory): string[] {
  if (projection === undefined || projection.expectedSeconds <= seconds) return [];
  const { expectedSeconds, unknownJobs } = projection;
  const warning = passesBudget(projection) ? "⚠️ More than its budget: expected" : "Expected";
  const without =
    unknownJobs.length === 0
      ? ""
      : `, without ${unknownJobs.map((job) => md(job, 80)).join(", ")}, of which nobody knows`;
  return [
    `${warning} to take ${formatDuration(expectedSeconds)} in all when a job was asked last${without}; approvals are not in it`,
  ];
}

/** Expected beside actual, phase by phase, where a rehearsed environment told what to expect. */
function comparisonBlocks({ expected, actual }: ClockStory): Block[] {
  if (expected === undefined) return [];
  const { phases, downtimeSeconds } = expected.timings;
  const rows = [
    ...Object.entries(phases).map(
      ([id, seconds]) => [md(id, 80), seconds, actual.phases[id]] as const,
    ),
    ...(downtimeSeconds === undefined
      ? []
      : [["**downtime**", downtimeSeconds, actual.downtimeSeconds] as const]),
  ];
  const cells = rows.map(([name, wanted, took]) => [
    name,
    formatDuration(wanted),
    took === undefined ? "–" : formatDuration(took),
  ]);
  return [
    details(
      `Expected by ${md(expected.source, 120)}, and what it took`,
      table(["Part", "Expected", "Actual"], cells),
    ),
  ];
}
