import { spawn } from "node:child_process";

import type { Shelled } from "./far-side.ts";

/** Runs a command past the runner, with exactly this environment. */
export function shell(
  line: string,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Shelled> {
  const child = spawn("/bin/sh", ["-c", line], {
    cwd: directory,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 1, stdout, stderr }));
  });
}

/** Counts equal lines. */
export function countLines(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of text.split("\n")) {
    if (line !== "") counts[line] = (counts[line] ?? 0) + 1;
  }
  return counts;
}
