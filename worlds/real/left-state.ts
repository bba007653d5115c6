import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leaveDataBags } from "../chef/world-chef.ts";
import type { Flags } from "../common/flags.ts";
import { leaveFlags } from "../common/left-flags.ts";
import { hostsFolder } from "./hosts.ts";
import { keepFiles } from "./postgres.ts";
import { runCommand } from "./run-command.ts";
import type { RealWorld } from "./start-real-world.ts";

/**
 * Leaves what a world's hosts, databases and flags are for others to go on from. Its databases are
 * stopped for that: the world is of no further use.
 */
export async function leaveState(world: RealWorld, flags: Flags, folder: string): Promise<void> {
  const { directory, clusters, chef } = world;
  // What run_erl listens on belongs to the node, and that is gone.
  rmSync(join(world.mover.release, "pipe"), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await runCommand("cp", ["-a", hostsFolder(directory), join(folder, "hosts")]);
  leaveFlags(flags, folder);
  leaveDataBags(chef, folder);
  for (const cluster of Object.values(clusters))
    await keepFiles(directory, cluster, leftFiles(folder, cluster.host));
}

/** The files of a database. */
export function leftFiles(from: string, host: string): string {
  return join(from, host);
}

/** Puts the files of all hosts in their places. */
export async function takeHosts(from: string, directory: string): Promise<void> {
  await runCommand("cp", ["-a", join(from, "hosts"), hostsFolder(directory)]);
}
