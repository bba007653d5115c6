import type { JournalState, Round } from "../../src/journal/replay.ts";
import type { HostName } from "./ground.ts";
import { chain } from "./runbook.ts";

/* Where the environment stands, by its journal, as a person would look it up. */

/** The first phase of the open round that is not done; undefined when no round is open. */
export function nextPhase(state: JournalState): string | undefined {
  if (state.round?.open !== true) return undefined;
  return chain.find((id) => !state.phase(id).done) ?? "finish";
}

/** The last phase that is done. */
export function lastPhase(state: JournalState): string {
  return chain.findLast((id) => state.phase(id).done) ?? "preflight";
}

/** The latest round that got past its first phase. */
export function roundBegun(state: JournalState): Round | undefined {
  const begun = ({ id }: Round): boolean => state.inRound(id).phase("preflight").wasDone;
  return state.rounds.findLast(begun) ?? state.round;
}

/** Somebody began to go back, and it is not over. */
export function isRollingBack(state: JournalState): boolean {
  const round = roundBegun(state);
  if (round === undefined) return false;
  const rollback = state.inRound(round.id).phase("rollback");
  return rollback.running || (rollback.attempts > 0 && !rollback.done);
}

/** Whether the journal says that a change was made. */
export function isJournaled(state: JournalState, change: string, host: HostName): boolean {
  return chain.some((phase) => state.step(phase, change, host).done);
}
