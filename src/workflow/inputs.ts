import { indent, join, scalar } from "./quote.ts";
import type { Needs } from "./needs.ts";

/** What a dispatch is asked for: the page of GitHub shows it in this order. */
export const environmentInput = `\
environment:
  description: Environment to act on.
  type: environment
  required: true`;

/** For a rollback whose reviewers are others than those of the chain. */
export const approvalInput = `\
approval-environment:
  description: GitHub environment whose reviewers approve and whose secrets are used. Empty = the same.
  type: string`;

const keep503Input = `\
keep-503:
  description: Leave writes answering 503.
  type: boolean
  default: false`;

/** The inputs that only some steps want. */
export function neededInputs({ loss, keep503 }: Needs, rows: string): string | undefined {
  if (loss === undefined && !keep503) return undefined;
  return join(
    loss === undefined ? undefined : lossInput(loss, rows),
    keep503 ? keep503Input : undefined,
  );
}

function lossInput(loss: "always" | "protected", rows: string): string {
  const where = loss === "protected" ? " where the environment is protected" : "";
  return textInput("accept-data-loss", `${rows}${where}. Empty = none; a refusal says the number.`);
}

export function textInput(name: string, description: string, required = false): string {
  return join(
    `${name}:`,
    `  description: ${scalar(description)}`,
    "  type: string",
    required ? "  required: true" : undefined,
  );
}

export const whyInput = textInput("reason", "Why; kept in the journal.", true);

const varsInput = `\
vars:
  description: Variables that override the inventory's, as a YAML or JSON map.
  type: string`;

const runnerInput = `\
runner:
  description: Label of the runner that reaches the hosts. Empty = the variable RUNBOOK_RUNNER, or ubuntu-latest.
  type: string`;

function runbookInput(file: string): string {
  return `\
runbook:
  description: Runbook file.
  type: string
  default: ${scalar(file)}`;
}

interface Dispatch {
  readonly file: string;
  /** What is asked between the environment and what every workflow asks last. */
  readonly own: readonly (string | undefined)[];
  /** Whether the run's reason is asked after the variables, as for a chain, which needs none. */
  readonly last?: string;
}

/** The block `on`: started by a person, never by a change. */
export function dispatch({ file, own, last }: Dispatch): string {
  const inputs = join(environmentInput, ...own, runbookInput(file), varsInput, last, runnerInput);
  return join("on:", "  workflow_dispatch:", "    inputs:", indent(6, inputs));
}
