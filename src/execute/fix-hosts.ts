import type { FoundRole } from "../journal/event.ts";
import { type JournalState, replay } from "../journal/replay.ts";
import { canonicalJson } from "../plan/digest.ts";
import { phaseOf } from "../plan/make-plan.ts";
import type { PlannedPhase } from "../plan/plan.ts";
import { machineClock } from "./clock.ts";
import { findHosts } from "./find-hosts.ts";
import { differences, touchesSearched } from "./hosts-of-round.ts";
import { look } from "./look.ts";
import { messageOf, nextOf } from "./next-of.ts";
import type { Prepared } from "./prepare.ts";
import { complete } from "./recorded-hosts.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";
import { admit } from "./round.ts";
import { journalIsUnusable } from "./stand-in.ts";

/**
 * Inventory and plan with the hosts of searched roles, before anything is held or changed. The phase that opens a round
 * searches; every other takes what the round has, so that nobody waits for a Chef server in mid-downtime. A way back
 * whose round has nothing searches by itself.
 */
export async function fixHosts(
  request: PhaseRequest,
  prepared: Prepared,
  phase: PlannedPhase,
): Promise<Prepared> {
  if (prepared.plan.searches === undefined) return prepared;
  if (phase.dispatched !== undefined && !touchesSearched(prepared.plan, phase)) return prepared;
  const { state, notes } = await journalState(request, prepared, phase);
  if (state === undefined) return searched(request, prepared, phase, notes);
  const { actor, reason, clock = machineClock } = request;
  const admission = admit({ plan: prepared.plan, phase, state, actor, reason, now: clock.now() });
  // It is asked again under the lease, and its refusal told then.
  if (admission.kind !== "go") return prepared;
  const record = admission.opens ? undefined : state.inRound(admission.round).hostsFound();
  if (record !== undefined) return held(request, prepared, phase, record.roles);
  if (phase.dispatched !== undefined) {
    const why = admission.opens ? [] : [noRecord(admission.round)];
    return searched(request, prepared, phase, why);
  }
  if (phase.round !== "opens") return prepared;
  const found = await searched(request, prepared, phase, []);
  return { ...found, notes: [...found.notes, ...notAsked(state, found)] };
}

/** Work of closed rounds on hosts that are not found any more: nobody asks there whether it still runs. */
function notAsked(state: JournalState, { plan }: Prepared): readonly string[] {
  return state.leftBehind().flatMap(({ round, phase, step, host }) => {
    const record =
      state
        .inRound(round)
        .hostsFound()
        ?.roles.flatMap(({ hosts }) => hosts) ?? [];
    const then = record.find(({ name }) => name === host);
    if (then === undefined || plan.hosts[then.name]?.address === then.address) return [];
    return [
      `"${step}" of phase ${phase} on ${then.name} (${then.address}), round ${round}, was left under way, and the search does not find that host any more: nobody has asked whether it still runs`,
    ];
  });
}

/** With the hosts that the round is fixed to. The chain wants them to be those of the same search; a way back takes them as they are. */
async function held(
  request: PhaseRequest,
  prepared: Prepared,
  phase: PlannedPhase,
  roles: readonly FoundRole[],
): Promise<Prepared> {
  const changed = searchesChanged(roles, prepared);
  if (changed !== undefined && phase.dispatched === undefined) throw changed;
  const why = changed === undefined ? [] : [changed.message];
  const notes = why.map((one) => `${one}; what was found then holds`);
  const more = phase.round === "opens" ? await comparedNow(request, prepared, roles) : [];
  const fixed = complete(request, prepared, { roles, from: "record" }, [...notes, ...more]);
  // A role that was not searched for then has no hosts now.
  if (phase.dispatched !== undefined) refuseUnknown(fixed, phaseOf(fixed.plan, phase.id), why);
  return fixed;
}

/** What the journal says, without a lease; a rollback goes on where it cannot be used. */
async function journalState(
  request: PhaseRequest,
  prepared: Prepared,
  { dispatched }: PlannedPhase,
): Promise<{ readonly state: JournalState | undefined; readonly notes: readonly string[] }> {
  try {
    return { state: replay(await look(request, prepared)), notes: [] };
  } catch (error) {
    if (dispatched !== "rollback" || !journalIsUnusable(error)) throw error;
    const why = `which hosts this round is fixed to could not be read (${messageOf(error)})`;
    return { state: undefined, notes: [why] };
  }
}

function noRecord(round: string): string {
  return `round ${round} has no record of hosts that were searched for`;
}

async function searched(
  request: PhaseRequest,
  prepared: Prepared,
  phase: PlannedPhase,
  because: readonly string[],
): Promise<Prepared> {
  const notes = because.map((why) => `${why}; they were searched for now`);
  try {
    // Whoever goes back waits for nothing.
    const patience = phase.dispatched === "rollback" ? "now" : "patiently";
    const roles = await findHosts(request, prepared, patience);
    return complete(request, prepared, { roles, from: "search" }, notes);
  } catch (error) {
    if (phase.dispatched !== "rollback" || request.signal.aborted) throw error;
    return withoutThem(prepared, phase, [...because, messageOf(error)], nextOf(error));
  }
}

/** A rollback that acts on none of these hosts needs none of them. */
function withoutThem(
  prepared: Prepared,
  phase: PlannedPhase,
  why: readonly string[],
  next: string | undefined,
): Prepared {
  refuseUnknown(prepared, phase, why, next);
  const note = `going on without searched hosts: ${why.join("; ")}`;
  return { ...prepared, notes: [...prepared.notes, note] };
}

/** Refuses a phase with a step on a role whose hosts nobody knows. */
function refuseUnknown(
  { inventory: { file } }: Prepared,
  { steps }: PlannedPhase,
  why: readonly string[],
  next?: string,
): void {
  const unknown = steps.flatMap(({ units }) => units.flatMap(({ role }) => role ?? []));
  if (unknown.length === 0) return;
  const roles = [...new Set(unknown)].join(", ");
  throw new RefusedError(
    `nobody can say which hosts ${roles} has: ${why.join("; ")}`,
    `${next === undefined ? "" : `${next}; or `}list the hosts of ${roles} in ${file} (\`roles\`, \`hosts\`) and dispatch this again`,
  );
}

/** What is searched otherwise than when the round was opened; what was approved then is no longer what stands there. */
function searchesChanged(
  found: readonly FoundRole[],
  { inventory: { searches, file } }: Prepared,
): RefusedError | undefined {
  const then = found.map(({ role, search }) => [role, search] as const);
  const now = Object.entries(searches).map(
    ([role, { search: query, ...way }]) => [role, { query, ...way }] as const,
  );
  const roles = new Set([...then, ...now].map(([role]) => role));
  const changed = [...roles].filter(
    (role) =>
      canonicalJson(Object.fromEntries(then)[role]) !==
      canonicalJson(Object.fromEntries(now)[role]),
  );
  if (changed.length === 0) return undefined;
  return new RefusedError(
    `${file}: the search of ${changed.join(", ")} is not the one with which this round found its hosts`,
    "re-run with the commit that opened the round, or dispatch the rollback and start a new round",
  );
}

/** A first phase that is run again holds to what it found, and tells by name what it would find now. */
async function comparedNow(
  request: PhaseRequest,
  prepared: Prepared,
  before: readonly FoundRole[],
): Promise<readonly string[]> {
  const holds = "this round holds to the hosts that it found first";
  try {
    const now = await findHosts(request, prepared, "now");
    const said = differences(before, now);
    return said.length === 0 ? [] : [`the search finds ${said.join("; ")}; ${holds}`];
  } catch (error) {
    return [`whether the search finds the same hosts is not known (${messageOf(error)}); ${holds}`];
  }
}
