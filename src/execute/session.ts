import { setTimeout as sleep } from "node:timers/promises";

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
  const taken = await take(request, prepared, act, hosts);
  const report = await actAt(taken, request, prepared, act, hosts);
  const { unused } = report;
  if (unused === undefined) return report;
  const held = await holdStandIn(request, prepared, hosts, wishOf(request, act), unused);
  const elsewhere = { held, standIn: sayStandIn(held, unused), joining: [] };
  return actAt(elsewhere, request, prepared, act, hosts);
}

/** A report; `unused` is why the journal refused its very first line, when the act goes on without it. */
type Report = PhaseReport & { readonly unused?: unknown };

async function actAt(
  { held, standIn, joining }: Taken,
  request: PhaseRequest,
  prepared: Prepared,
  act: SessionAct,
  hosts: HostPool,
): Promise<Report> {
  const { plan } = prepared;
  const { desk, lease } = held;
  const { clock = machineClock } = request;
  try {
    const { end, journal, begun } = await actOn(held, async (journal) => {
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
    const goesOn = !end.ok && !begun && standIn === undefined && mayGoOnWithout(act, end.error);
    return {
      ...(end.ok ? end.value : interrupted(act, end.error)),
      plan,
      events,
      journalHead,
      journalFile: desk.copyFile,
      ...(goesOn ? { unused: end.error } : {}),
    };
  } finally {
    await giveBack(lease);
    for (const one of joining) await one.release();
  }
}

const releasePauseMilliseconds = 500;

/** A connection that was lost unnoticed is made anew for the second try; what struck the host may need a moment to pass. */
async function giveBack(lease: Lease): Promise<void> {
  await lease.release().catch(async () => {
    await sleep(releasePauseMilliseconds);
    await lease.release().catch(() => undefined);
  });
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
  const wish = wishOf(request, act);
  let joining: readonly StandIn[] = [];
  try {
    joining = await findStandIns(request, prepared, hosts, wish);
    const above = Math.max(0, ...joining.map(({ token }) => token));
    const held = await holdDesk(journalDesk(request, prepared, hosts), { ...wish, above });
    return { held, standIn: undefined, joining };
  } catch (error) {
    for (const one of joining) await one.release();
    if (!mayGoOnWithout(act, error)) throw error;
    const held = await holdStandIn(request, prepared, hosts, wish, error);
    return { held, standIn: sayStandIn(held, error), joining: [] };
  }
}

function wishOf({ actor }: PhaseRequest, { purpose, seizeBecause }: SessionAct): LeaseWish {
  return { actor, purpose, seizeBecause };
}

function mayGoOnWithout({ mayStandIn }: SessionAct, error: unknown): boolean {
  return mayStandIn && journalIsUnusable(error);
}

interface Acted {
  readonly journal: Journal;
  /** Whether a line was written: then something may have been done. */
  readonly begun: boolean;
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
      return { journal, begun: true, end: { ok: true, value: await run(journal) } };
    } catch (error) {
      const overtook = error instanceof JournalError && error.code === "moved";
      const begun = journal.events.length > read;
      if (!overtook || begun || left === 0) return { journal, begun, end: { ok: false, error } };
    } finally {
      await journal.close().catch(() => undefined);
    }
    journal = await desk.open();
  }
}

/** The journal or the lease went away on the way: what was under way is in the journal as intended, its end is not. */
function interrupted(act: SessionAct, error: unknown): PhaseEnd {
  const { purpose } = act;
  const outcome: Outcome =
    error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
  const goesOn = mayGoOnWithout(act, error)
    ? "dispatch it again at once: it goes on without the journal, and checks before it does anything"
    : undefined;
  return {
    outcome,
    sentence: `${purpose}: stopped, ${messageOf(error)}`,
    next: goesOn ?? nextOf(error) ?? `re-run phase ${purpose}: it checks before it does anything`,
  };
}
