import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs Erlang expressions in a real VM with `Input` bound to the terms of a file, and answers the lines that they
 * print. The input is a text of Erlang terms, each ended by a dot.
 */
export async function runErlang(expressions: string, input: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "erlang-"));
  try {
    const file = join(folder, "input.terms");
    await writeFile(file, `%% coding: utf-8\n${input}`);
    const program = `{ok, Input} = file:consult("${file}"), ${expressions}, halt().`;
    const args = ["-noshell", "+fnu", "-eval", program];
    const { stdout } = await run("erl", args, { cwd: folder, maxBuffer: 2 ** 28, timeout: 60_000 });
    return stdout.split("\n").slice(0, -1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
