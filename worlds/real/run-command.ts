import { spawn } from "node:child_process";
import type { SpawnOptions } from "node:child_process";

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Written to the command's standard input. */
  readonly input?: string;
}

/** Runs a command of the world's setup to its end and resolves with what it printed; a failure says all of it. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, { ...spawnOptions(options), stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on("error", (error) =>
      reject(new Error(`${command} cannot be started: ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`.trimEnd(),
    );
  }
  return stdout;
}

/** What `spawn` needs, without the keys that are not there. */
export function spawnOptions({ env, directory, uid, gid }: RunOptions): SpawnOptions {
  return {
    env: { ...process.env, ...env },
    ...(directory === undefined ? {} : { cwd: directory }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}
