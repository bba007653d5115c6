import type { Event } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import { localStore } from "../journal/local-store.ts";
import { lookAtJournal } from "../journal/look.ts";
import { hostPoolFor, type HostAccess } from "./host-pool-for.ts";
import type { Prepared } from "./prepare.ts";

/** Reads the environment's journal without a lease: for a person who wants to know, and changes nothing. */
export async function look(
  access: HostAccess,
  { plan, inventory }: Pick<Prepared, "plan" | "inventory">,
): Promise<readonly Event[]> {
  const { environment, journal } = inventory;
  const { host, directory } = journal;
  const where = { directory, environment };
  if (host === undefined) return lookAtJournal(localStore(where), environment);
  const hosts = hostPoolFor(access, plan);
  try {
    const store = hostStore({ ...where, connection: await hosts.get(host) });
    return await lookAtJournal(store, environment);
  } finally {
    await hosts.closeAll();
  }
}
