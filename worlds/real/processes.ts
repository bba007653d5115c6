import { spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProcess } from "./process-table.ts";
import { spawnOptions } from "./run-command.ts";
import type { RunOptions } from "./run-command.ts";
import type { CommandLine } from "./with-terminals.ts";

/** The environment variable by which every process of a world is found again, also after a crash of its starter. */
export const worldMarker = "RUNBOOK_WORLD";

/** A server of a world, started in its own session. */
export interface Started {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
}

/**
 * Starts a server of the world detached: it lives on when the starter dies, and its pid file (with
 * the time of its start, since pids come again) tells `stopLeftovers` what to stop.
 */
export function startProcess(
  directory: string,
  name: string,
  command: CommandLine,
  options: RunOptions = {},
): Started {
  const logFile = join(directory, "logs", `${name}.log`);
  for (const folder of ["logs", "pids"]) mkdirSync(join(directory, folder), { recursive: true });
  const log = openSync(logFile, "a");
  const [program, ...args] = command;
  const child = spawn(program, args, {
    ...spawnOptions({ ...options, env: { ...options.env, [worldMarker]: directory } }),
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  child.on("error", () => {});
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} cannot be started for ${name}`);
  writeFileSync(join(directory, "pids", name), `${pid} ${findProcess(pid)?.startedAt ?? ""}\n`);
  return { name, pid, logFile };
}

/** Waits until a server answers; says what it wrote when it ended instead. */
export async function untilReady(
  { name, pid, logFile }: Started,
  ready: () => Promise<boolean>,
  timeoutSeconds = 30,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (!(await ready())) {
    const alive = findProcess(pid) !== undefined;
    if (!alive || Date.now() > deadline) {
      const tail = readFileSync(logFile, "utf8").slice(-2000).trim();
      throw new Error(
        `${name} ${alive ? `did not answer within ${timeoutSeconds} s` : "ended at once"}: ${tail}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
