import type { Outcome } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import { JournalError } from "../journal/journal-error.ts";
import { openJournal } from "../journal/journal.ts";
import { hostLease, localLease, type Lease } from "../journal/lease.ts";
import { localStore } from "../journal/local-store.ts";
import type { Plan } from "../plan/plan.ts";
import { HostPool } from "../transport/ssh/host-pool.ts";
import { KnownHosts } from "../transport/ssh/known-hosts.ts";
import type { PhaseEnd } from "./execute-phase.ts";
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
  const hosts = hostPool(request, prepared.plan);
  try {
    return await withJournal(request, prepared, act, hosts);
  } finally {
    await hosts.closeAll();
  }
}

function hostPool(request: PhaseRequest, plan: Plan): HostPool {
  return new HostPool({
    hosts: new Map(Object.values(plan.hosts).map((host) => [host.name, withoutUndefined(host)])),
    knownHosts: KnownHosts.parse(request.knownHosts),
    ...(request.sshPrivateKey === undefined ? {} : { privateKey: request.sshPrivateKey }),
    ...(request.sshPassphrase === undefined ? {} : { passphrase: request.sshPassphrase }),
    ...(request.sshAgent === undefined ? {} : { agent: request.sshAgent }),
  });
}

function withoutUndefined(host: Plan["hosts"][string]) {
  const { jump, ...rest } = host;
  return jump === undefined ? rest : { ...rest, jump };
}

async function withJournal(
  request: PhaseRequest,
  { plan, inventory }: Prepared,
  act: SessionAct,
  hosts: HostPool,
): Promise<PhaseReport> {
  const { host, directory } = inventory.journal;
  const at = host === undefined ? undefined : await hosts.get(host);
  const where = { directory, environment: inventory.environment };
  const reconnect =
    host === undefined
      ? undefined
      : async () => hostStore({ ...where, connection: await hosts.get(host) });
  const journal = await openJournal({
    store: at === undefined ? localStore(where) : hostStore({ ...where, connection: at }),
    copyFile: at === undefined ? undefined : request.copyFile,
    environment: inventory.environment,
    runbook: plan.runbook,
    actor: request.actor,
    now: () => new Date(),
  });
  const wish = { actor: request.actor, purpose: act.purpose, seizeBecause: act.seizeBecause };
  const backend = at === undefined ? localLease(directory) : hostLease(at, directory);
  const lease = await leaseFor(wish, journal, backend);
  journal.setToken(lease.token);
  let end: PhaseEnd;
  try {
    end = await act.run({ hosts, journal: new SteadyJournal(journal, reconnect), lease });
  } catch (error) {
    end = interrupted(act.purpose, error);
  } finally {
    await journal.close().catch(() => undefined);
    await lease.release().catch(() => undefined);
  }
  return { ...end, plan, events: journal.events, journalHead: journal.headHash };
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
