import type { Ruling } from "../execute/run-resolution.ts";
import type { Event } from "../journal/event.ts";
import { type Doubt, replay } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import { doubtLines, flyingLines, meaningLines } from "../report/doubts.ts";
import { safeLines } from "../report/gateway.ts";
import { nameOf, ruleLines } from "../report/rule.ts";
import type { Terminal } from "./terminal.ts";

/** Shows what there is to rule on, and what only has to be asked again. */
export function listDoubts(plan: Plan, events: readonly Event[], terminal: Terminal): void {
  const state = replay(events);
  const doubts = state.doubts();
  const flying = state.inFlight().filter(({ inFlight }) => !inFlight.unknown);
  if (doubts.length === 0) write([`nothing is in doubt in ${plan.environment}`], terminal);
  else
    write(
      [
        `in doubt in ${plan.environment}: ${doubts.map(nameOf).join(", ")}`,
        "",
        ...doubtLines(doubts, plan),
        "",
        "Re-run the phase first: it joins what still runs, and asks the check again. If it cannot tell either:",
        ...ruleLines(plan.environment, doubts.map(nameOf)).map((line) => `  ${line}`),
      ],
      terminal,
    );
  if (flying.length > 0) write(["", ...flyingLines(flying)], terminal);
}

/** Shows what is about to be ruled on, and what the ruling will mean. */
export function showRuling(
  { ruling }: Ruling,
  doubts: readonly Doubt[],
  plan: Plan,
  terminal: Terminal,
): void {
  write([...doubtLines(doubts, plan), "", ...meaningLines(ruling, doubts), ""], terminal);
}

function write(lines: readonly string[], terminal: Terminal): void {
  for (const line of lines) {
    // A command that is to be pasted must come out whole.
    for (const safe of safeLines(line, { maxLength: 20_000 })) terminal.write(safe);
  }
}
