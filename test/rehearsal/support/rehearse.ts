import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";

const root = join(import.meta.dirname, "../../..");

export interface Rehearsed {
  readonly status: number | null;
  readonly log: string;
  readonly out: string;
  /** Of this rehearsal's world, what still runs: every process that has its folder in its environment or its command. */
  readonly left: readonly string[];
}

export interface RehearseOptions {
  readonly organizations?: number;
  readonly input?: string;
  /** Sends the signal as soon as the log matches; `first` looks at the world before. */
  readonly signalAt?: {
    readonly seen: RegExp;
    readonly signal: NodeJS.Signals;
    readonly first?: (log: string) => Promise<void>;
  };
}

/** Runs the rehearsal as `script/rehearse` does, with a folder of its own for everything it writes. */
export async function rehearse(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  args: readonly string[],
  { organizations = 60, input = "", signalAt }: RehearseOptions = {},
): Promise<Rehearsed> {
  const folder = mkdtempSync(join(tmpdir(), "rh-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const out = join(folder, "out");
  const script = join(root, "worlds/rehearsal/rehearse.ts");
  const child = spawn(process.execPath, [script, "--out", out, ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder, REHEARSAL_ORGANIZATIONS: String(organizations) },
    stdio: "pipe",
  });
  let log = "";
  let signalled = false;
  const take = (chunk: Buffer): void => {
    log += chunk.toString();
    if (signalled || signalAt === undefined || !signalAt.seen.test(log)) return;
    signalled = true;
    void (signalAt.first?.(log) ?? Promise.resolve()).finally(() => child.kill(signalAt.signal));
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  // It may have ended without reading.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, log, out, left: processesOf(folder) };
}

function processesOf(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => `${read(pid, "environ")}${read(pid, "cmdline")}`.includes(folder))
    .map((pid) => read(pid, "cmdline").replaceAll("\0", " "));
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
