import { replay } from "../journal/replay.ts";
import { machineClock } from "./clock.ts";
import { look } from "./look.ts";
import type { Prepared } from "./prepare.ts";
import type { PhaseRequest } from "./request.ts";

/**
 * Whether the journal already holds, for the open round that this run goes on with, what GitHub was asked for when
 * the round was opened: nobody waits for GitHub, or for another rehearsal, while writes are down. It does for the
 * run that owns the round, and for one that takes it over with a reason in mid-downtime.
 */
export async function recordStands(
  request: PhaseRequest,
  prepared: Prepared,
  kind: "protection" | "evidence",
): Promise<boolean> {
  const { actor, reason, clock = machineClock } = request;
  if (actor.runAttempt < 2 && reason === undefined) return false;
  const state = replay(await look(request, prepared).catch(() => []));
  const { round } = state;
  if (round?.open !== true || round.runbookDigest !== prepared.plan.runbookDigest) return false;
  const own = round.owner.run === actor.run;
  const takesOver = reason !== undefined && state.downtime(clock.now()).running;
  return (own || takesOver) && state.observationsOf(kind).length > 0;
}
