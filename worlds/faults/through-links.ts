import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

import { hostNames, type HostName } from "../common/inventory-file.ts";
import type { World } from "../world.ts";
import { Link } from "./link.ts";
import type { InventoryFile } from "./scene.ts";

/** A way that can be cut to each host of a world. */
export async function linkHosts(world: World): Promise<Record<HostName, Link>> {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  const links = await Promise.all(
    hostNames.map(async (name) => {
      const port = inventory.hosts[name]?.port;
      if (port === undefined) throw new Error(`the inventory has no port for ${name}`);
      return [name, await Link.to(port)] as const;
    }),
  );
  return Object.fromEntries(links) as Record<HostName, Link>;
}

/** What a rehearsal waits for is shorter still, since each fault waits for itself. */
const durations = {
  drain: "1s",
  read_only_watch: "1s",
  resolution_watch: "1s",
  poll_every: "1s",
  mover_settle: "0s",
};

/** The same world, reached through links that can be cut. */
export function throughLinks(world: World, links: Readonly<Record<HostName, Link>>): World {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  let { knownHosts } = world;
  for (const name of hostNames) {
    const host = inventory.hosts[name];
    if (host === undefined) continue;
    knownHosts = knownHosts.replace(
      `[127.0.0.1]:${host.port} `,
      `[127.0.0.1]:${links[name].port} `,
    );
    host.port = links[name].port;
  }
  Object.assign(inventory.vars, durations);
  const inventoryFile = join(world.directory, "linked-inventory.yml");
  writeFileSync(inventoryFile, stringify(inventory, { aliasDuplicateObjects: false }));
  return { ...world, inventoryFile, knownHosts };
}
