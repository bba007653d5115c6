import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import type { Stage } from "./stage.ts";

/** Where hosts are written to without anything being changed: the journal's own folder, logs of requests, SQLite's aids. */
const unimportant = /\/var\/journal(\/|$)|requests\.log|\.db-(shm|wal)$/;

/** Everything of the system that a phase could have changed: files of all hosts, rows, flags. */
export async function footprintOf(stage: Stage): Promise<readonly string[]> {
  const hosts = Object.values(stage.world.hosts).flatMap(({ directory }) => filesIn(directory));
  return [...hosts, JSON.stringify(stage.rows()), JSON.stringify(await stage.flags())];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (unimportant.test(path)) return [];
    if (entry.isDirectory()) return [path, ...filesIn(path)];
    const { size, mtimeMs } = statSync(path);
    return [entry.isFile() ? `${path} ${size} ${mtimeMs}` : path];
  });
}
