import type { Event } from "../journal/event.ts";
import type { BudgetDecision } from "../journal/replay.ts";
import { timingsOf } from "../journal/timings.ts";
import { passesBudget } from "./projection.ts";
import type { ReportPlan } from "./report-plan.ts";
import type { ClockStory } from "./sections/clock.ts";

/** Reads what a round's events say of its downtime beside the clock itself. */
export function tellClock(round: readonly Event[], plan: ReportPlan): ClockStory {
  const bodies = round.map(({ body }) => body);
  const decisions = bodies.flatMap((body): BudgetDecision[] =>
    body.type === "downtime-budget" ? [body] : [],
  );
  const expected = bodies.findLast((body) => body.type === "expected-timings");
  const projections = bodies.flatMap((body) =>
    body.type === "observed" &&
    body.observation.kind === "progress" &&
    body.observation.downtime !== undefined
      ? [body.observation.downtime]
      : [],
  );
  const passed = projections.map(passesBudget);
  return {
    budgetSeconds: decisions.at(-1)?.seconds ?? plan.downtime?.budgetSeconds,
    decisions,
    projection: projections.at(-1),
    warnings: passed.filter((one, index) => one && passed[index - 1] !== true).length,
    expected,
    actual: timingsOf(round),
  };
}
