import type { Outcome } from "../journal/event.ts";
import { JournalError } from "../journal/journal-error.ts";
import type { Journal } from "../journal/journal.ts";
import type { Lease } from "../journal/lease.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import { machineClock } from "./clock.ts";
import { holdDesk, journalDesk, type HeldDesk } from "./desk.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { hostPoolFor } from "./host-pool-for.ts";
import { joinStandIns, findStandIns, type StandIn } from "./join-stand-ins.ts";
import type { LeaseWish } from "./lease-for.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { messageOf, nextOf } from "./next-of.ts";
import type { Prepared } from "./prepare.ts";
import type { PhaseReport, PhaseRequest } from "./request.ts";
import { holdStandIn, journalIsUnusable, sayStandIn } from "./stand-in.ts";
import { SteadyJournal } from "./steady-journal.ts";

/** What an act works with: hosts to reach, a journal to write, the right to act. */
export interface Session {
  readonly hosts: HostPool;
  readonly journal: SteadyJournal;
  readonly lease: Lease;
  /** Why the environment's journal could not be used, and where another one is kept; undefined otherwise. */
  readonly standIn: string | undefined;
}

/** Whose lease it wants to be, and what is done under it. */
export interface SessionAct {
  readonly purpose: string;
  /** Given when it waits for nobody. */
  readonly seizeBecause: string | undefined;
  /** True when it goes on where the journal cannot be used, and keeps its events elsewhere. */
  readonly mayStandIn: boolean;
  run(session: Session): Promise<PhaseEnd>;
}

/** Opens hosts, journal and lease, lets an act work with them, and gives everything back whatever happens. */
export async function withSession(
  request: PhaseRequest,
  prepared: Prepared,
  act: SessionAct,
): Promise<PhaseReport> {
  const hosts = hostPoolFor(request, prepared.plan);
  try {
    return await atDesk(request, prepared, act, hosts);
  } finally {
    await hosts.closeAll();
  }
}

async function atDesk(
  request: PhaseRequest,
  prepared: Prepared,
  act: SessionAct,
  hosts: HostPool,
): Promise<PhaseReport> {
  const { plan } = prepared;
  const { held, standIn, joining } = await take(request, prepared, act, hosts);
  const { desk, lease } = held;
  const { clock = machineClock } = request;
  try {
    const { end, journal } = await actOn(held, async (journal) => {
      journal.setToken(lease.token);
      await joinStandIns(journal, joining);
      return act.run({
        hosts,
        journal: new SteadyJournal(journal, desk.reconnect, clock),
        lease,
        standIn,
      });
    });
    const { events, headHash: journalHead } = journal;
    return {
      ...(end.ok ? end.value : interrupted(act, end.error)),
      plan,
      events,
      journalHead,
      journalFile: desk.copyFile,
    };
  } finally {
    // A connection that was lost unnoticed is made anew for the second try.
    await lease.release().catch(() => lease.release().catch(() => undefined));
    for (const one of joining) await one.release();
  }
}

interface Taken {
  readonly held: HeldDesk;
  readonly standIn: string | undefined;
  readonly joining: readonly StandIn[];
}

/** The environment's journal; where that cannot be used, and the act waits for nothing, one that stands in for it. */
async function take(
  request: PhaseRequest,
  prepared: Prepared,
  act: SessionAct,
  hosts: HostPool,
): Promise<Taken> {
  const wish: LeaseWish = {
    actor: request.actor,
    purpose: act.purpose,
    seizeBecause: act.seizeBecause,
  };
  let joining: readonly StandIn[] = [];
  try {
    joining = await findStandIns(request, prepared, hosts, wish);
    const above = Math.max(0, ...joining.map(({ token }) => token));
    const held = await holdDesk(journalDesk(request, prepared, hosts), { ...wish, above });
    return { held, standIn: undefined, joining };
  } catch (error) {
    for (const one of joining) await one.release();
    if (!act.mayStandIn || !journalIsUnusable(error)) throw error;
    const held = await holdStandIn(request, prepared, hosts, wish, error);
    return { held, standIn: sayStandIn(held, error), joining: [] };
  }
}

interface Acted {
  readonly journal: Journal;
  readonly end:
    | { readonly ok: true; readonly value: PhaseEnd }
    | { readonly ok: false; readonly error: unknown };
}

/** How often a run that lost its lease to us can write once more before it notices. */
const overtakenWrites = 5;

/**
 * Acts on the journal as it stands under our lease: whoever had it may have written after we had read, and then
 * our first line is refused, nothing is done yet, and it is read again.
 */
async function actOn(
  { journal: first, desk }: HeldDesk,
  run: (journal: Journal) => Promise<PhaseEnd>,
): Promise<Acted> {
  let journal = first;
  for (let left = overtakenWrites; ; left -= 1) {
    const read = journal.events.length;
    try {
      return { journal, end: { ok: true, value: await run(journal) } };
    } catch (error) {
      const overtook = error instanceof JournalError && error.code === "moved";
      if (!overtook || journal.events.length > read || left === 0)
        return { journal, end: { ok: false, error } };
    } finally {
      await journal.close().catch(() => undefined);
    }
    journal = await desk.open();
  }
}

/** The journal or the lease went away on the way: what was under way is in the journal as intended, its end is not. */
function interrupted({ purpose, mayStandIn }: SessionAct, error: unknown): PhaseEnd {
  const outcome: Outcome =
    error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
  const goesOn =
    mayStandIn && journalIsUnusable(error)
      ? "dispatch it again at once: it goes on without the journal, and checks before it does anything"
      : undefined;
  return {
    outcome,
    sentence: `${purpose}: stopped, ${messageOf(error)}`,
    next: goesOn ?? nextOf(error) ?? `re-run phase ${purpose}: it checks before it does anything`,
  };
}
