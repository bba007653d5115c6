import type { Event } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import { JournalError } from "../journal/journal-error.ts";
import { hostLease, type LeaseBackend, localLease, lookAtLease } from "../journal/lease.ts";
import type { Tenure } from "../journal/lease.ts";
import { localStore } from "../journal/local-store.ts";
import { lookAtJournal } from "../journal/look.ts";
import { replay } from "../journal/replay.ts";
import type { Store } from "../journal/store.ts";
import type { Connection } from "../transport/connection.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import { type HostAccess, hostPoolFor } from "./host-pool-for.ts";
import { messageOf, nextOf } from "./next-of.ts";
import type { Prepared } from "./prepare.ts";
import { withRecord } from "./recorded-hosts.ts";
import type { PhaseRequest } from "./request.ts";
import { journalIsUnusable, reach, standInDirectory, standInHosts } from "./stand-in.ts";

/** Why something could not be read, and what a person can do. */
export interface Trouble {
  readonly what: string;
  readonly next: string;
}

/** What was read, or why it could not be. */
export type Read<Of> =
  | { readonly ok: true; readonly value: Of }
  | { readonly ok: false; readonly trouble: Trouble };

/** A journal that a rollback kept elsewhere while the environment's own could not be used. */
export interface FoundStandIn {
  readonly at: string;
  readonly events: Read<readonly Event[]>;
  readonly lease: Read<Tenure | undefined>;
}

/** Everything that can be known of an environment without touching it. */
export interface Survey {
  /** With the hosts that a search found, where the journal has them. */
  readonly prepared: Prepared;
  readonly journalAt: string;
  readonly journal: Read<readonly Event[]>;
  /** Undefined where it could not be asked for, since the journal's directory could not be reached. */
  readonly lease: Read<Tenure | undefined> | undefined;
  readonly standIns: readonly FoundStandIn[];
  /** Hosts that could keep such a journal and did not answer. */
  readonly silent: readonly string[];
}

/** Reads journal, lease and whatever stands in for the journal; takes no lease, writes nothing, repairs nothing. */
export async function lookAround(
  access: HostAccess,
  request: Pick<PhaseRequest, "vars">,
  prepared: Prepared,
): Promise<Survey> {
  const hosts = hostPoolFor(access, prepared.plan);
  try {
    const home = await lookHome(prepared, hosts);
    const { journal } = home;
    const complete = journal.ok ? withRecord(request, prepared, replay(journal.value)) : prepared;
    return { ...home, prepared: complete, ...(await lookElsewhere(access, complete)) };
  } finally {
    await hosts.closeAll();
  }
}

async function lookHome(
  { inventory }: Prepared,
  hosts: HostPool,
): Promise<Pick<Survey, "journalAt" | "journal" | "lease">> {
  const { environment, journal: where } = inventory;
  const { host, directory } = where;
  const journalAt = host === undefined ? directory : `${host}:${directory}`;
  if (host === undefined) {
    const store = localStore({ directory, environment });
    return { journalAt, ...(await readBoth(store, localLease(directory), environment)) };
  }
  const reached = await reading(hosts.get(host));
  if (!reached.ok) return { journalAt, journal: reached, lease: undefined };
  const connection = reached.value;
  const store = hostStore({ connection, directory, environment });
  return { journalAt, ...(await readBoth(store, hostLease(connection, directory), environment)) };
}

/** Where no journal belongs, or the host is gone by now, nobody asks for a lease. */
const leaseless: ReadonlySet<string> = new Set(["no-marker", "lost"]);

async function readBoth(
  store: Store,
  lease: LeaseBackend,
  environment: string,
): Promise<Pick<Survey, "journal" | "lease">> {
  let code = "";
  const looking = lookAtJournal(store, environment).catch((error: unknown) => {
    if (error instanceof JournalError) code = error.code;
    throw error;
  });
  const journal = await reading(looking);
  return { journal, lease: leaseless.has(code) ? undefined : await reading(lookAtLease(lease)) };
}

/** Over connections of its own: hosts that a search found are known only now. */
async function lookElsewhere(
  access: HostAccess,
  prepared: Prepared,
): Promise<Pick<Survey, "standIns" | "silent">> {
  const names = standInHosts(prepared);
  if (names.length === 0) return { standIns: [], silent: [] };
  const hosts = hostPoolFor(access, prepared.plan);
  try {
    const reached = await reach(names, hosts);
    const found = await Promise.all(reached.map((connection) => standInOn(connection, prepared)));
    const answered = new Set(reached.map(({ host }) => host));
    return {
      standIns: found.flatMap((one) => one ?? []),
      silent: names.filter((name) => !answered.has(name)),
    };
  } finally {
    await hosts.closeAll();
  }
}

const existsScript = `[ ! -s "$JOURNAL_DIRECTORY/journal.jsonl" ] || echo there`;

async function standInOn(
  connection: Connection,
  prepared: Prepared,
): Promise<FoundStandIn | undefined> {
  const directory = standInDirectory(prepared);
  const { environment } = prepared.inventory;
  const at = `${connection.host}:${directory}`;
  const asked = await reading(
    connection.exec(
      { line: existsScript, env: { JOURNAL_DIRECTORY: directory } },
      { timeoutSeconds: 30 },
    ),
  );
  if (!asked.ok) return { at, events: asked, lease: asked };
  if (asked.value.stdout.trim() !== "there") return undefined;
  const store = hostStore({ connection, directory, environment });
  return {
    at,
    events: await reading(lookAtJournal(store, environment)),
    lease: await reading(lookAtLease(hostLease(connection, directory))),
  };
}

/** What says that something cannot be read now is an answer; a wrong inventory, or a defect, is none. */
async function reading<Of>(work: Promise<Of>): Promise<Read<Of>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (!journalIsUnusable(error)) throw error;
    const next = nextOf(error) ?? "reach the host, then ask again";
    return { ok: false, trouble: { what: messageOf(error), next } };
  }
}
