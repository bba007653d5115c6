import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leaveDataBags } from "../chef/world-chef.ts";
import type { Flags } from "../common/flags.ts";
import { leaveFlags } from "../common/left-flags.ts";
import { moverPaths } from "./mover-release.ts";
import type { EmbeddedWorld } from "./start-embedded-world.ts";

/** Leaves what a world's hosts and flags are for others to go on from; nothing of it may be under way. */
export function leaveState(
  { directory, hosts, chef }: EmbeddedWorld,
  flags: Flags,
  folder: string,
): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(directory, "hosts"), join(folder, "hosts"), { recursive: true });
  const couch1 = hosts.couch1.directory.replace(directory, folder);
  rmSync(moverPaths(couch1).pidFile, { force: true });
  leaveFlags(flags, folder);
  leaveDataBags(chef, folder);
}

/** Puts the files of all hosts in their places. */
export function takeHosts(from: string, directory: string): void {
  cpSync(join(from, "hosts"), join(directory, "hosts"), { recursive: true });
}
