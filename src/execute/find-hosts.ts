import type { FoundRole } from "../journal/event.ts";
import { KnownHosts } from "../transport/ssh/known-hosts.ts";
import { chefFor } from "./chef-for.ts";
import { machineClock } from "./clock.ts";
import { hostPoolFor } from "./host-pool-for.ts";
import { judgeNodes, type RoleNodes } from "./judge-nodes.ts";
import type { Prepared } from "./prepare.ts";
import type { PhaseRequest } from "./request.ts";

/** Searches for the hosts of every role that the inventory does not list; read-only, and refused where they cannot be acted on. */
export async function findHosts(
  request: PhaseRequest,
  { plan, inventory }: Prepared,
  now: "now" | "patiently",
): Promise<readonly FoundRole[]> {
  const { secrets, signal, clock = machineClock } = request;
  const hosts = hostPoolFor(request, plan);
  try {
    const chef = chefFor({
      plan,
      connect: (host) => hosts.get(host),
      secret: (name) => secrets[name],
      now: () => clock.now(),
      sleep: (seconds) => clock.sleep(seconds, signal),
      signal,
    })();
    const found: RoleNodes[] = [];
    for (const [role, search] of Object.entries(inventory.searches)) {
      const attributes = { address: search.address.split(".") };
      const nodes = await chef.searchNodes(search.search, { attributes }, now);
      found.push({ role, search, nodes });
    }
    return judgeNodes(found, inventory, KnownHosts.parse(request.knownHosts));
  } finally {
    await hosts.closeAll();
  }
}
