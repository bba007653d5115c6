import { nearest } from "../config/nearest.ts";
import { exitCodeOf } from "../execute/exit-code.ts";
import { nextOf } from "../execute/next-of.ts";
import { safeLines } from "../report/gateway.ts";
import type { Command } from "./command.ts";
import { commands, later } from "./commands.ts";
import { helpOf, overview, usageOf } from "./help.ts";
import { readOptions } from "./read-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { errorText } from "../config/error-text.ts";

const wrongUsage = 2;

/** Runs what a command line asks for and resolves with the exit status; whatever goes wrong is told in words. */
export async function runCommandLine(
  [name, ...args]: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (name === undefined || isHelp(name)) {
    terminal.write(overview(commands));
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (command === undefined) throw noSuch(name);
    return await runCommand(name, command, args, terminal);
  } catch (error) {
    for (const line of safeLines(messageOf(error))) terminal.tell(`${line}\n`);
    if (!(error instanceof UsageError)) return exitCodeOf("refused");
    terminal.tell(
      command === undefined ? `\n${overview(commands)}\n` : `\nUsage: ${usageOf(name, command)}\n`,
    );
    return wrongUsage;
  }
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (args.some(isHelp)) {
    terminal.write(helpOf(name, command));
    return 0;
  }
  return command.run(readOptions(args, command.options, command.operand) as never, terminal);
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function noSuch(name: string): Error {
  if (later.includes(name))
    return new Error(`runbook-phase ${name} arrives with a later version; nothing was done`);
  const near = nearest(name, [...Object.keys(commands), ...later]);
  return new UsageError(
    `there is no command ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
  );
}

function messageOf(error: unknown): string {
  const message = errorText(error);
  const next = nextOf(error);
  return next === undefined || message.includes(next) ? message : `${message}\nNext: ${next}`;
}
