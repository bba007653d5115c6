import { sudoAsksForPassword } from "../transport/shell.ts";
import type { Command, Completed, End } from "../transport/connection.ts";
import type { StepContext } from "./context.ts";
import type { HostCommand } from "./resources.ts";

/** The answer of a read-only command, or why there is none. */
export type Answer =
  | { readonly ok: true; readonly stdout: string; readonly lines: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly lines: readonly string[] };

const defaultTimeoutSeconds = 120;

/** Runs a read-only command attached to its channel and says in one sentence why it gave no answer. */
export async function ask(
  on: HostCommand,
  context: StepContext,
  timeoutSeconds = defaultTimeoutSeconds,
): Promise<Answer> {
  const command = withSecrets(on, context);
  const connection = await context.connect(on.host);
  const completed = await connection.exec(command, { signal: context.signal, timeoutSeconds });
  return answerOf(on.host, completed);
}

/** The command with the values of the secrets that it declares; one that is not given stays unset. */
export function withSecrets(on: HostCommand, context: StepContext): Command {
  const secrets: Record<string, string> = {};
  for (const [variable, name] of Object.entries(on.secretNames)) {
    const value = context.secret(name);
    if (value !== undefined) secrets[variable] = value;
  }
  return { ...on.command, secrets };
}

function answerOf(host: string, completed: Completed): Answer {
  const errors = tailLines(completed.stderr, 5);
  if (completed.truncated) {
    return {
      ok: false,
      reason: `${host}: the answer is over the limit and was cut`,
      lines: errors,
    };
  }
  if (completed.end.kind === "exited" && completed.end.status === 0) {
    return { ok: true, stdout: completed.stdout, lines: outputLines(completed.stdout) };
  }
  const why = sudoAsksForPassword(completed.stderr)
    ? "sudo asks for a password; let the SSH user run sudo without one"
    : sayEnd(completed.end);
  const said = errors.length > 0 ? `: ${errors.join(" / ")}` : "";
  return { ok: false, reason: `${host}: ${why}${said}`, lines: errors };
}

/** One sentence per way to end. */
export function sayEnd(end: End): string {
  switch (end.kind) {
    case "exited":
      return `ended with exit status ${end.status}`;
    case "signalled":
      return `was killed by signal ${end.signal}`;
    case "lost":
      return `was lost: ${end.reason}`;
  }
}

/** Lines of an output without the empty one that a final newline leaves. */
export function outputLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The last lines that say something. */
export function tailLines(text: string, count: number): string[] {
  return outputLines(text)
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
