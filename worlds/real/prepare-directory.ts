import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { processesOf, stopLeftovers } from "./stop-leftovers.ts";

/** Names that a world makes in its folder; nothing else in it is ever removed by a new start. */
const made = [
  "hosts",
  "sshd",
  "redis",
  "logs",
  "pids",
  "short-folder",
  "id_ed25519",
  "id_ed25519.pub",
  "known_hosts",
];

/** Makes the folder ready for a new world: what a crashed one left is cleared, a running one is refused. */
export async function prepareDirectory(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  if (!made.some((name) => existsSync(join(directory, name)))) return;
  const running = processesOf(directory);
  if (running.length > 0) {
    const pids = running.map(({ pid }) => pid).join(", ");
    throw new Error(
      `${directory} holds a world that still runs (processes ${pids}). Next: stop it, or start this one in another folder`,
    );
  }
  await stopLeftovers(directory);
  for (const name of made) rmSync(join(directory, name), { recursive: true, force: true });
}
