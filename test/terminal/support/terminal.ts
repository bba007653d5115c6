import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const program = join(import.meta.dirname, "../../../dist/cli.js");

export interface Ended {
  readonly status: number | null;
  /** Standard output and error, as they came. */
  readonly said: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs the bundled command line where nobody sits. */
export function runCli(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return ended(
    spawn(process.execPath, [program, ...args], {
      env: environment(env),
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

/** What a person sees, and what is typed then, perhaps after something else has happened. */
export type Answer = readonly [question: string, typed: string | (() => Promise<string>)];

/** Runs it in a terminal, with a person who types each answer when its question is on the screen. */
export function runInTerminal(
  args: readonly string[],
  answers: readonly Answer[],
  env: Environment = {},
): Promise<Ended> {
  const line = [process.execPath, program, ...args].map(quote).join(" ");
  const child = spawn("script", ["-qefc", line, "/dev/null"], { env: environment(env) });
  const left = [...answers];
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
    const [next] = left;
    if (next === undefined || !seen.includes(next[0])) return;
    left.shift();
    seen = "";
    const typed = next[1];
    if (typeof typed === "string") child.stdin.write(typed);
    else void typed().then((text) => child.stdin.write(text));
  });
  child.stdin.on("error", () => {});
  return ended(child);
}

function ended(child: ChildProcess): Promise<Ended> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) =>
    child.once("close", (status) => {
      child.stdin?.destroy();
      resolve({ status, said: said.replaceAll("\r\n", "\n") });
    }),
  );
}

/** Nothing of the machine's own keys: what a test does not give is not there. */
function environment(env: Environment): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return { PATH, TMPDIR, HOME: "/nonexistent", USER: "grace", SHELL: "/bin/sh", ...env };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
