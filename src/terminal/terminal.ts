import type { ReadStream } from "node:tty";

/** What a command has of the world around it: where it writes, who sits there, what is set. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly user: string;
  /** True when a person can be asked. */
  readonly interactive: boolean;
  readonly input: ReadStream;
  /** A finished line of the answer. */
  write(line: string): void;
  /** What is no part of the answer: questions and errors. */
  tell(text: string): void;
}

/** The terminal of this process. */
export function processTerminal({ env, stdin, stdout, stderr }: NodeJS.Process): Terminal {
  return {
    env,
    user: env["USER"] ?? env["LOGNAME"] ?? "unknown",
    interactive: stdin.isTTY && stderr.isTTY,
    input: stdin,
    write: (line) => void stdout.write(`${line}\n`),
    tell: (text) => void stderr.write(text),
  };
}
