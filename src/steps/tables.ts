import { ask, type Answer } from "./ask.ts";
import type { StepContext } from "./context.ts";
import type { HostCommand } from "./resources.ts";

/** Tables on one host: a name and the command that prints `key|version` lines. */
export interface TablesSpec {
  readonly host: string;
  readonly tables: Readonly<Record<string, HostCommand>>;
}

/** Puts a table's command into a script of ours without pasting it: the command's text is an environment variable. */
export async function onTable(
  table: string,
  on: HostCommand,
  script: string,
  env: Readonly<Record<string, string>>,
  context: StepContext,
): Promise<Answer> {
  const wrapped: HostCommand = {
    ...on,
    command: {
      ...on.command,
      line: script,
      env: { ...on.command.env, ...env, RP_TABLE: table, RP_QUERY: on.command.line },
    },
  };
  return ask(wrapped, context, 1800);
}
