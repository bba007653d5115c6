import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unmountAll } from "./mounts.ts";
import { findProcess, hasVariable, listProcesses } from "./process-table.ts";
import type { ProcessEntry } from "./process-table.ts";
import { worldMarker } from "./processes.ts";
import { shortFolderOf } from "./short-folder.ts";

/**
 * Stops what a world started and nothing else: the servers of its pid files, whatever descends from
 * them, and what carries the world's mark. Works without the starter, so also after its crash.
 */
export async function stopLeftovers(directory: string): Promise<void> {
  await stopDatabases(directory);
  for (let round = 0; round < 100; round += 1) {
    const left = processesOf(directory);
    if (left.length === 0) break;
    for (const { pid } of left) kill(pid, "SIGKILL");
    await pause(50);
  }
  await unmountAll(directory);
  const short = shortFolderOf(directory);
  if (short !== undefined) rmSync(short, { recursive: true, force: true });
  rmSync(join(directory, "pids"), { recursive: true, force: true });
}

/** Every process that belongs to the world now. */
export function processesOf(directory: string): readonly ProcessEntry[] {
  const all = listProcesses();
  const ours = new Set(servers(directory).map(({ pid }) => pid));
  for (const { pid } of all) if (hasVariable(pid, worldMarker, directory)) ours.add(pid);
  for (let before = -1; before < ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  for (const pid of ourselves()) ours.delete(pid);
  return all.filter(({ pid }) => ours.has(pid));
}

/** A killed PostgreSQL leaves shared memory behind; told to quit it does not. */
async function stopDatabases(directory: string): Promise<void> {
  const databases = servers(directory).filter(({ name }) => name.startsWith("postgres-"));
  for (const { pid } of databases) {
    kill(pid, "SIGCONT");
    kill(pid, "SIGQUIT");
  }
  const deadline = Date.now() + 5000;
  while (Date.now() < deadline && databases.some(({ pid }) => findProcess(pid) !== undefined))
    await pause(25);
}

function servers(directory: string): { name: string; pid: number }[] {
  return pidFiles(directory).flatMap((name) => {
    const [pid, startedAt] = readFileSync(join(directory, "pids", name), "utf8")
      .trim()
      .split(" ");
    const found = findProcess(Number(pid));
    return found !== undefined && found.startedAt === startedAt ? [{ name, pid: found.pid }] : [];
  });
}

function pidFiles(directory: string): string[] {
  try {
    return readdirSync(join(directory, "pids"));
  } catch {
    return [];
  }
}

/** This process and those above it are never stopped, whatever their environment says. */
function ourselves(): number[] {
  const pids: number[] = [];
  for (let pid = process.pid; pid > 0; pid = findProcess(pid)?.parent ?? 0) pids.push(pid);
  return pids;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
