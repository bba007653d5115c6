import { problemAt } from "../config/check-shape.ts";
import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import { runbookSource } from "../runbook/load-runbook.ts";
import { entryProblems } from "./entry-problems.ts";
import { mentionsOf } from "../runbook/mentions.ts";
import type { Mention } from "../runbook/mentions.ts";
import type { Runbook, VariableValue } from "../runbook/schema.ts";
import { inventorySource } from "./load-inventory.ts";
import type { Inventory } from "./schema.ts";
import {
  resolveVariables,
  secondsOf,
  substitute,
  substituteEnv,
  substituteExpression,
} from "./variables.ts";
import type { Variables } from "./variables.ts";

/**
 * Everything that is wrong between a runbook and an inventory: roles, consoles, variables. What is wrong in one
 * of them alone was found when it was loaded, so without an inventory there is nothing left to find.
 */
export function validate(
  runbook: Runbook,
  inventory?: Inventory,
  inputVars: Readonly<Record<string, VariableValue>> = {},
): readonly Problem[] {
  const source = runbookSource(runbook);
  if (inventory === undefined || source === undefined) return [];
  const mentions = [...mentionsOf(runbook)];
  const roles = [
    ...mentions.flatMap((mention) => roleProblems(mention, inventory, source)),
    ...searchProblems(runbook, inventory),
  ];
  const variables = variableSets(runbook, inventory, inputVars);
  if (variables instanceof ConfigError) return [...roles, ...variables.problems];
  return [
    ...roles,
    ...mentions.flatMap((mention) => valueProblems(mention, inventory, variables, source)),
    ...entryProblems(runbook, mentions, variables.common, source),
  ];
}

function roleProblems(mention: Mention, inventory: Inventory, source: Source): readonly Problem[] {
  if (mention.kind !== "role" && mention.kind !== "single-role") return [];
  const { value, path } = mention;
  const hosts = Object.hasOwn(inventory.roles, value) ? inventory.roles[value] : undefined;
  const searched = Object.hasOwn(inventory.searches, value);
  if (searched && path[0] === "chef") {
    const message = `role \`${value}\` is found by a search of the Chef server, and cannot be the way to it`;
    return [problemAt(source, path, message)];
  }
  if (hosts === undefined && searched) return [];
  if (hosts === undefined) {
    const roles = [...Object.keys(inventory.roles), ...Object.keys(inventory.searches)];
    const message = `role \`${value}\` is not in the inventory ${inventory.file}`;
    return [problemAt(source, path, message, nearest(value, roles))];
  }
  if (mention.kind === "role" || hosts.length === 1) return [];
  const inventoryAt = inventorySource(inventory)?.at(["roles", value]);
  const where =
    inventoryAt === undefined ? inventory.file : `${inventoryAt.file}:${inventoryAt.line}`;
  return [
    problemAt(
      source,
      path,
      `${mention.purpose} is on one host, and role \`${value}\` has ${hosts.length} (${where}): ${hosts.join(", ")}`,
    ),
  ];
}

/** Who searches, and where, the runbook says. */
function searchProblems({ chef }: Runbook, inventory: Inventory): readonly Problem[] {
  const source = inventorySource(inventory);
  if (chef !== undefined || source === undefined) return [];
  return Object.keys(inventory.searches).map((role) =>
    problemAt(
      source,
      ["roles", role, "search"],
      `role \`${role}\` is found by a search, and the runbook names no Chef server (\`chef\`)`,
    ),
  );
}

interface VariableSets {
  readonly common: Variables;
  readonly byHost: Readonly<Record<string, Variables>>;
}

function variableSets(
  runbook: Runbook,
  inventory: Inventory,
  inputVars: Readonly<Record<string, VariableValue>>,
): VariableSets | ConfigError {
  const round = "round";
  const problems: Problem[] = [];
  const byHost: Record<string, Variables> = {};
  const attempt = (host?: string): Variables => {
    try {
      return resolveVariables({
        runbook,
        inventory,
        inputVars,
        round,
        ...(host === undefined ? {} : { host }),
      });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return {};
    }
  };
  const common = attempt();
  for (const host of Object.keys(inventory.hosts)) byHost[host] = attempt(host);
  return problems.length > 0 ? new ConfigError(problems) : { common, byHost };
}

/** Fills a text in for every host that will read it, and tells what fails. */
function valueProblems(
  mention: Mention,
  inventory: Inventory,
  sets: VariableSets,
  source: Source,
): readonly Problem[] {
  if (mention.kind === "expression") return expressionProblems(mention, sets, source);
  if (mention.kind !== "template") return [];
  const hosts = [...new Set(mention.roles.flatMap((role) => inventory.roles[role] ?? []))];
  // What nobody has found yet has no variables of its own.
  const unfound = mention.roles.some((role) => !Object.hasOwn(inventory.roles, role));
  const readers = [...hosts, ...(hosts.length === 0 || unfound ? [undefined] : [])];
  return readers.flatMap((host) => {
    const variables = (host === undefined ? undefined : sets.byHost[host]) ?? sets.common;
    const on = host === undefined ? "" : ` on ${host}`;
    return caught(source, mention.path, on, () => fill(mention, variables));
  });
}

/** An expression is wrong when no console could fill it in: a console's host may have variables of its own. */
function expressionProblems(
  { value, path }: Mention,
  sets: VariableSets,
  source: Source,
): readonly Problem[] {
  const attempts = [sets.common, ...Object.values(sets.byHost)].map((variables) =>
    caught(source, path, "", () => substituteExpression(value, variables)),
  );
  return attempts.some((problems) => problems.length === 0) ? [] : (attempts[0] ?? []);
}

const durationKeys = ["timeout", "every", "for", "until-quiet", "budget"];

function fill(
  { value, path, env }: Extract<Mention, { kind: "template" }>,
  variables: Variables,
): unknown {
  const name = String(path.at(-1));
  if (env) return substituteEnv({ [name]: value }, variables);
  if (durationKeys.includes(name)) return secondsOf(value, variables);
  return substitute(value, variables);
}

function caught(source: Source, path: Path, on: string, act: () => unknown): readonly Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const problems =
      error instanceof ConfigError
        ? error.problems
        : [{ message: error.message, suggestion: undefined }];
    return problems.map(({ message, suggestion }) =>
      problemAt(source, path, `${message}${on}`, suggestion),
    );
  }
}
