import type { Outcome } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import { JournalError } from "../journal/journal-error.ts";
import { openJournal, type Journal } from "../journal/journal.ts";
import { hostLease, localLease, type Lease, type LeaseBackend } from "../journal/lease.ts";
import { localStore } from "../journal/local-store.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import { machineClock } from "./clock.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { hostPoolFor } from "./host-pool-for.ts";
import { leaseFor } from "./lease-for.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { messageOf, nextOf } from "./next-of.ts";
import type { Prepared } from "./prepare.ts";
import type { PhaseReport, PhaseRequest } from "./request.ts";
import { SteadyJournal } from "./steady-journal.ts";

/** What an act works with: hosts to reach, a journal to write, the right to act. */
export interface Session {
  readonly hosts: HostPool;
  readonly journal: SteadyJournal;
  readonly lease: Lease;
}

/** Whose lease it wants to be, and what is done under it. */
export interface SessionAct {
  readonly purpose: string;
  /** Given when it waits for nobody. */
  readonly seizeBecause: string | undefined;
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
    return await withJournal(request, prepared, act, hosts);
  } finally {
    await hosts.closeAll();
  }
}

async function withJournal(
  request: PhaseRequest,
  { plan, inventory }: Prepared,
  act: SessionAct,
  hosts: HostPool,
): Promise<PhaseReport> {
  const { host, directory } = inventory.journal;
  const where = { directory, environment: inventory.environment };
  const { clock = machineClock } = request;
  const reconnect =
    host === undefined
      ? undefined
      : async () => hostStore({ ...where, connection: await hosts.get(host) });
  const open = async (): Promise<Journal> =>
    openJournal({
      store: reconnect === undefined ? localStore(where) : await reconnect(),
      copyFile: host === undefined ? undefined : request.copyFile,
      environment: inventory.environment,
      runbook: plan.runbook,
      actor: request.actor,
      now: () => clock.now(),
    });
  const seen = await open();
  const wish = { actor: request.actor, purpose: act.purpose, seizeBecause: act.seizeBecause };
  const lease = await leaseFor(wish, seen, leaseBackend(hosts, host, directory));
  try {
    const { end, journal } = await actOn(seen, open, (journal) => {
      journal.setToken(lease.token);
      return act.run({ hosts, journal: new SteadyJournal(journal, reconnect, clock), lease });
    });
    const { events, headHash: journalHead } = journal;
    return {
      ...(end.ok ? end.value : interrupted(act.purpose, end.error)),
      plan,
      events,
      journalHead,
    };
  } finally {
    // A connection that was lost unnoticed is made anew for the second try.
    await lease.release().catch(() => lease.release().catch(() => undefined));
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
  first: Journal,
  open: () => Promise<Journal>,
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
    journal = await open();
  }
}

/** The lease is renewed and given back over whatever connection its host has then. */
function leaseBackend(hosts: HostPool, host: string | undefined, directory: string): LeaseBackend {
  if (host === undefined) return localLease(directory);
  return {
    name: `${host}:${directory}/lease`,
    run: async (env) => hostLease(await hosts.get(host), directory).run(env),
  };
}

/** The journal or the lease went away on the way: what was under way is in the journal as intended, its end is not. */
function interrupted(purpose: string, error: unknown): PhaseEnd {
  const outcome: Outcome =
    error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
  return {
    outcome,
    sentence: `${purpose}: stopped, ${messageOf(error)}`,
    next: nextOf(error) ?? `re-run phase ${purpose}: it checks before it does anything`,
  };
}
