import { parseArgs } from "node:util";

import { loadInventory } from "./inventory/load-inventory.ts";
import { validate } from "./inventory/validate.ts";
import { ConfigError } from "./config/problem.ts";
import { nearest } from "./config/nearest.ts";
import { prepare } from "./execute/prepare.ts";
import { parseVars } from "./config/assignments.ts";
import { planText } from "./report/plan-markdown.ts";
import { loadRunbook } from "./runbook/load-runbook.ts";

const usage = `Usage:
  runbook-phase validate [--runbook FILE] [--inventory FILE] [--vars MAP]
  runbook-phase plan --environment NAME [--runbook FILE] [--inventory FILE] [--vars MAP]

Defaults: --runbook runbooks/org-migration/runbook.yml, --inventory inventory/NAME.yml.
Exit status: 0 well, 3 refused, 2 wrong usage.
`;

const commands = { validate: runValidate, plan: runPlan } as const;
const later = ["show", "run", "status", "report", "workflow", "resolve", "init"];

interface Arguments {
  readonly runbook: string;
  readonly inventory: string | undefined;
  readonly environment: string | undefined;
  readonly vars: string;
}

/** Wrong words on the command line; says how it is called. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runbook: { type: "string", default: "runbooks/org-migration/runbook.yml" },
      inventory: { type: "string" },
      environment: { type: "string" },
      vars: { type: "string", default: "" },
    },
  });
  return { ...values, inventory: values.inventory, environment: values.environment };
}

function runValidate({ runbook: file, inventory, vars }: Arguments): string[] {
  const runbook = loadRunbook(file);
  if (inventory === undefined) return [`${file}: valid`];
  const problems = validate(runbook, loadInventory(inventory), parseVars(vars));
  if (problems.length > 0) throw new ConfigError(problems);
  return [`${file} with ${inventory}: valid`];
}

function runPlan({ runbook, inventory, environment, vars }: Arguments): string[] {
  if (environment === undefined) throw new UsageError("plan needs --environment");
  const { plan } = prepare({
    environment,
    runbookFile: runbook,
    inventoryFile: inventory ?? `inventory/${environment}.yml`,
    vars: parseVars(vars),
  });
  return planText(plan);
}

function run([command, ...args]: readonly string[]): string[] {
  if (command === undefined || command === "--help" || command === "-h") return [usage.trimEnd()];
  if (later.includes(command))
    throw new Error(`runbook-phase ${command} arrives with a later version; nothing was done`);
  if (!Object.hasOwn(commands, command)) {
    const near = nearest(command, [...Object.keys(commands), ...later]);
    throw new UsageError(
      `there is no command ${command}${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
  return commands[command as keyof typeof commands](readArguments(args));
}

try {
  for (const line of run(process.argv.slice(2))) process.stdout.write(`${line}\n`);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const wrongUsage = error instanceof UsageError || error instanceof TypeError;
  process.stderr.write(`${message}\n${wrongUsage ? `\n${usage}` : ""}`);
  process.exitCode = wrongUsage ? 2 : 3;
}
