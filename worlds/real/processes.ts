import { spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProcess, listProcesses } from "./process-table.ts";
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
  for (const folder of ["logs", "pids", "commands"])
    mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, "commands", name), JSON.stringify({ command, options }));
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

/**
 * Ends a server with those of its descendants that run the same program, and resolves when they are gone:
 * what sshd has started for somebody goes on.
 */
export async function stopProcess(
  directory: string,
  name: string,
  signal: NodeJS.Signals = "SIGKILL",
): Promise<void> {
  const pid = pidOf(directory, name);
  const program = programOf(pid);
  const tree = new Set([pid]);
  for (let before = 0; before < tree.size;) {
    before = tree.size;
    for (const { pid: one, parent } of listProcesses())
      if (tree.has(parent) && programOf(one) === program) tree.add(one);
  }
  for (const one of tree) sendSignal(one, signal);
  while ([...tree].some((one) => findProcess(one) !== undefined))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Sends a server a signal, such as one that stops it in the middle of what it does. */
export function signalProcess(directory: string, name: string, signal: NodeJS.Signals): void {
  process.kill(pidOf(directory, name), signal);
}

function pidOf(directory: string, name: string): number {
  return Number(readFileSync(join(directory, "pids", name), "utf8").split(" ")[0]);
}

/** The first of a tree that ends takes others along, so one may be gone by its turn. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

/** Starts a server again that was stopped, with the command that it was started with. */
export function startProcessAgain(directory: string, name: string): Started {
  const { command, options } = JSON.parse(
    readFileSync(join(directory, "commands", name), "utf8"),
  ) as { readonly command: CommandLine; readonly options: RunOptions };
  return startProcess(directory, name, command, options);
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
