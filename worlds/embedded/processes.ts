import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Environment variable that every process of a world inherits: it is how they are found again. */
export const markName = "WORLD_MARK";

/** Processes that carry the mark (a world's, or that of one of its hosts), wherever they were detached to. The dead who wait to be reaped have none. */
export function findProcesses(mark: string): number[] {
  const ofHost = `${markName}=${mark}`;
  const ofWorld = `${ofHost}.`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) =>
      environmentOf(pid).some((entry) => entry === ofHost || entry.startsWith(ofWorld)),
    );
}

/** Kills them all, and those that were being born meanwhile. */
export async function killProcesses(mark: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const pids = findProcesses(mark);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await sleep(20);
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
