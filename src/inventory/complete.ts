import { copyOf } from "./load-inventory.ts";
import type { Inventory } from "./schema.ts";

/** A host that a search found, as it is reached. */
export interface FoundHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly jump?: string | undefined;
}

/** What a search made of a role. */
export interface FoundRole {
  readonly role: string;
  readonly hosts: readonly FoundHost[];
}

/** The inventory with the hosts of its searched roles. What stands in it counts: its own hosts with their variables, its own roles. */
export function completeInventory(inventory: Inventory, found: readonly FoundRole[]): Inventory {
  const hosts = found.flatMap((one) => one.hosts.map((host) => [host.name, entryOf(host)]));
  const roles = found.map(({ role, hosts }) => [role, hosts.map(({ name }) => name)]);
  return copyOf(inventory, {
    hosts: { ...(Object.fromEntries(hosts) as Inventory["hosts"]), ...inventory.hosts },
    roles: { ...(Object.fromEntries(roles) as Inventory["roles"]), ...inventory.roles },
  });
}

function entryOf({ address, port, user, jump }: FoundHost): Inventory["hosts"][string] {
  return { address, port, user, ...(jump === undefined ? {} : { jump }), vars: {} };
}
