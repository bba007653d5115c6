import { dirname, join } from "node:path";

import type { Event } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import { openJournal, type Journal } from "../journal/journal.ts";
import { hostLease, localLease, type Lease, type LeaseBackend } from "../journal/lease.ts";
import { lookAtJournal } from "../journal/look.ts";
import { localStore } from "../journal/local-store.ts";
import type { Store } from "../journal/store.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import { machineClock } from "./clock.ts";
import { leaseFor, type LeaseWish } from "./lease-for.ts";
import type { Prepared } from "./prepare.ts";
import type { PhaseRequest } from "./request.ts";

/** Where journal and lease lie, side by side. */
export interface Desk {
  /** `couch1:/var/lib/runbook-phase`, as a person finds it. */
  readonly name: string;
  readonly lease: LeaseBackend;
  /** Where the runner keeps its copy; undefined when the journal itself is on the runner. */
  readonly copyFile: string | undefined;
  /** Makes a new connection to it; undefined when it is on the runner. */
  readonly reconnect: (() => Promise<Store>) | undefined;
  /** Reads it without touching it. */
  look(): Promise<readonly Event[]>;
  open(): Promise<Journal>;
}

/** A desk that this run may write at. */
export interface HeldDesk {
  readonly desk: Desk;
  readonly journal: Journal;
  readonly lease: Lease;
}

/** The inventory's own. */
export function journalDesk(request: PhaseRequest, prepared: Prepared, hosts: HostPool): Desk {
  const { host, directory } = prepared.inventory.journal;
  if (host === undefined) return localDesk(request, prepared, directory);
  return hostDesk(request, prepared, hosts, { host, directory, copyFile: request.copyFile });
}

/** A file beside the runner's copy of the journal; none where there is no copy. */
export function besideCopy({ copyFile }: PhaseRequest, name: string): string | undefined {
  return copyFile === undefined ? undefined : join(dirname(copyFile), name);
}

function localDesk(request: PhaseRequest, prepared: Prepared, directory: string): Desk {
  const { environment } = prepared.inventory;
  return {
    name: directory,
    lease: localLease(directory),
    copyFile: undefined,
    reconnect: undefined,
    look: () => lookAtJournal(localStore({ directory, environment }), environment),
    open: () => openAt(request, prepared, localStore({ directory, environment }), undefined),
  };
}

/** Journal and lease in a directory of a host, over whatever connection that host has then. */
export function hostDesk(
  request: PhaseRequest,
  prepared: Prepared,
  hosts: HostPool,
  where: { host: string; directory: string; copyFile: string | undefined },
): Desk {
  const { host, directory, copyFile } = where;
  const { environment } = prepared.inventory;
  const reconnect = async (): Promise<Store> =>
    hostStore({ connection: await hosts.get(host), directory, environment });
  return {
    name: `${host}:${directory}`,
    lease: {
      name: `${host}:${directory}/lease`,
      run: async (env) => hostLease(await hosts.get(host), directory).run(env),
    },
    copyFile,
    reconnect,
    look: async () => lookAtJournal(await reconnect(), environment),
    open: async () => openAt(request, prepared, await reconnect(), copyFile),
  };
}

/** Looks at the journal there, takes the lease beside it, and only then opens it: opening may repair. */
export async function holdDesk(desk: Desk, wish: LeaseWish): Promise<HeldDesk> {
  const lease = await leaseFor(wish, await desk.look(), desk.lease);
  try {
    return { desk, journal: await desk.open(), lease };
  } catch (error) {
    await lease.release().catch(() => undefined);
    throw error;
  }
}

function openAt(
  { actor, clock = machineClock }: PhaseRequest,
  { plan, inventory }: Prepared,
  store: Store,
  copyFile: string | undefined,
): Promise<Journal> {
  const { environment } = inventory;
  return openJournal({
    store,
    copyFile,
    environment,
    runbook: plan.runbook,
    actor,
    now: () => clock.now(),
  });
}
