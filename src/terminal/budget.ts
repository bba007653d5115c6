import {
  type BudgetDecision,
  runningDowntime,
  type RunningDowntime,
} from "../execute/decide-budget.ts";
import type { Event } from "../journal/event.ts";
import { replay } from "../journal/replay.ts";
import { sayClock } from "../journal/say-clock.ts";
import type { Plan } from "../plan/plan.ts";
import { safeLines } from "../report/gateway.ts";
import type { Terminal } from "./terminal.ts";

/** Shows the downtime that runs and how it is given another budget; nothing where none runs. */
export function listDowntime(plan: Plan, events: readonly Event[], terminal: Terminal): void {
  const running = runningDowntime(plan, replay(events), new Date());
  if (running === undefined) return;
  write(
    [
      "",
      sayRunning(running),
      `to give it another budget: --step downtime --ruling budget=DURATION --reason "..."`,
    ],
    terminal,
  );
}

/** Shows what a decision on the budget would change. */
export function showBudget(
  { ruling: { budgetSeconds } }: BudgetDecision,
  running: RunningDowntime,
  terminal: Terminal,
): void {
  const left = sayClock(budgetSeconds - running.elapsedSeconds);
  write(
    [
      sayRunning(running),
      `a budget of ${sayClock(budgetSeconds)} in all leaves ${left}; phase ${running.phase} goes on when it is re-run`,
      "",
    ],
    terminal,
  );
}

function sayRunning({ round, elapsedSeconds, budgetSeconds }: RunningDowntime): string {
  return `round ${round.id}: writes are down for ${sayClock(elapsedSeconds)} of ${sayClock(budgetSeconds)}`;
}

function write(lines: readonly string[], terminal: Terminal): void {
  for (const safe of lines.flatMap((line) => safeLines(line))) terminal.write(safe);
}
