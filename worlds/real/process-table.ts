import { readdirSync, readFileSync } from "node:fs";

/** One process as /proc tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** In clock ticks since boot: together with the pid it names one process for good. */
  readonly startedAt: string;
}

/** The process of a pid, unless it is gone or only waits to be reaped. */
export function findProcess(pid: number): ProcessEntry | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold anything, blanks and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, parent: Number(fields[1]), startedAt: fields[19] ?? "" };
}

/** All processes that this user can see. */
export function listProcesses(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => findProcess(Number(name)))
    .filter((entry) => entry !== undefined);
}

/** Whether a process was started with this variable in its environment. */
export function hasVariable(pid: number, name: string, value: string): boolean {
  return (read(`/proc/${pid}/environ`) ?? "").split("\0").includes(`${name}=${value}`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
