import { nearest } from "../config/nearest.ts";
import { ConfigError, throwIfAny } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import { fillTemplate } from "../config/template.ts";
import { parseDuration } from "../config/duration.ts";
import type { Seconds } from "../config/duration.ts";
import { encodeErlang } from "../erlang/encode.ts";
import type { Runbook, VariableValue } from "../runbook/schema.ts";
import { inventorySource } from "./load-inventory.ts";
import type { Inventory } from "./schema.ts";

/** Values by name; `null` is a variable that nobody has set yet, which is an error where it is used. */
export type Variables = Readonly<Record<string, VariableValue | null>>;

export interface VariableSources {
  readonly runbook: Runbook;
  readonly inventory?: Inventory;
  /** The action's `vars` input. */
  readonly inputVars?: Readonly<Record<string, VariableValue>>;
  /** Adds this host's own variables. */
  readonly host?: string;
  /** The built-in `round`, where one is open. */
  readonly round?: string;
}

interface Layer {
  readonly vars: Readonly<Record<string, VariableValue>>;
  readonly at: { readonly source?: Source | undefined; readonly path: Path };
}

/** Puts the layers on top of each other: runbook, inventory, the host's own, the action's input. */
export function resolveVariables(from: VariableSources): Variables {
  const values: Record<string, VariableValue | null> = { ...from.runbook.vars };
  const problems: Problem[] = [];
  for (const layer of layersOf(from)) {
    for (const [name, value] of Object.entries(layer.vars)) {
      const typed = override(name, value, from.runbook.vars);
      if ("message" in typed) problems.push(place(layer, name, typed));
      else values[name] = typed.value;
    }
  }
  throwIfAny(problems);
  return { ...values, environment: from.inventory?.environment ?? null, round: from.round ?? null };
}

function layersOf({ inventory, inputVars, host }: VariableSources): readonly Layer[] {
  const source = inventory === undefined ? undefined : inventorySource(inventory);
  const own = host === undefined ? undefined : inventory?.hosts[host]?.vars;
  return [
    { vars: inventory?.vars ?? {}, at: { source, path: ["vars"] } },
    { vars: own ?? {}, at: { source, path: ["hosts", host ?? "", "vars"] } },
    { vars: inputVars ?? {}, at: { path: ["input vars"] } },
  ];
}

type Override =
  | { readonly value: VariableValue }
  | { readonly message: string; readonly suggestion?: string | undefined };

/** The declaration gives the type: `workers=40` on a command line is the number 40 where the runbook says 20. */
function override(name: string, value: VariableValue, declared: Runbook["vars"]): Override {
  if (!Object.hasOwn(declared, name)) {
    return {
      message: `unknown variable \`${name}\``,
      suggestion: nearest(name, Object.keys(declared)),
    };
  }
  const like = declared[name] ?? null;
  if (like === null || typeof like === typeof value) return { value };
  if (typeof like === "string") return asText(name, value);
  const read = like === true || like === false ? readBoolean(value) : readNumber(value);
  return read === undefined
    ? { message: `variable \`${name}\` is a ${typeof like} in the runbook, not \`${value}\`` }
    : { value: read };
}

function asText(name: string, value: VariableValue): Override {
  const exact = typeof value !== "number" || Number.isSafeInteger(value);
  return exact
    ? { value: String(value) }
    : { message: `variable \`${name}\` is text: write its value in quotes` };
}

function readBoolean(value: VariableValue): boolean | undefined {
  return value === "true" ? true : value === "false" ? false : undefined;
}

function readNumber(value: VariableValue): number | undefined {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function place(
  { at }: Layer,
  name: string,
  wrong: Exclude<Override, { value: VariableValue }>,
): Problem {
  const path = [...at.path, name];
  const { suggestion, message } = wrong;
  const position =
    at.source === undefined
      ? {}
      : { position: at.source.at(path, suggestion === undefined ? "value" : "key") };
  return {
    ...position,
    path: path.join("/"),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Why a text could not be filled in; `validate` adds where the text stands. */
function valueOf(name: string, variables: Variables): VariableValue {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined && value !== null) return value;
  const message =
    value === undefined
      ? `unknown variable \`${name}\``
      : `variable \`${name}\` has no value: set it in the inventory (\`vars\`, or a host's \`vars\`) or in the action's input \`vars\``;
  const suggestion = value === undefined ? nearest(name, Object.keys(variables)) : undefined;
  throw new ConfigError([
    { path: "", message, ...(suggestion === undefined ? {} : { suggestion }) },
  ]);
}

/** Fills variables into text that no shell and no console reads: paths, addresses, values of the environment. */
export function substitute(text: string, variables: Variables): string {
  return fillTemplate(text, (name) => String(valueOf(name, variables)));
}

/** Fills variables into an Erlang expression, each as a literal of its type, so that no value can become code. */
export function substituteExpression(text: string, variables: Variables): string {
  return fillTemplate(text, (name) => encodeErlang(valueOf(name, variables)));
}

/** Fills a command's environment; an empty value is refused, since many commands read it as "use the default" or as root. */
export function substituteEnv(
  env: Readonly<Record<string, string>>,
  variables: Variables,
): Readonly<Record<string, string>> {
  const filled = Object.entries(env).map(
    ([name, text]) => [name, substitute(text, variables)] as const,
  );
  throwIfAny(
    filled
      .filter(([, value]) => value.trim() === "")
      .map(([name]) => ({
        path: "",
        message: `environment variable \`${name}\` would be empty (\`${env[name]}\`)`,
      })),
  );
  return Object.fromEntries(filled);
}

/** Seconds of a duration that may still be a variable. */
export function secondsOf(duration: Seconds, variables: Variables): number {
  if (typeof duration === "number") return duration;
  const text = substitute(duration, variables);
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  const message = `\`${duration}\` is \`${text}\`, which is no duration such as 30s, 5m, 1h or 500ms`;
  throw new ConfigError([{ path: "", message }]);
}
