import { fillTemplate } from "../config/template.ts";
import { parseDuration, type Seconds } from "../config/duration.ts";
import { encodeErlang } from "../erlang/encode.ts";
import type { Inventory } from "../inventory/schema.ts";
import type { Runbook, ShellQuestion, VariableValue } from "../runbook/schema.ts";
import { resolveVariables, type Variables } from "../inventory/variables.ts";
import type { HostCommand } from "../steps/resources.ts";
import { PlanError } from "./plan.ts";

/** Known only while a round runs: stays as it is in the plan and is filled in when a phase is executed. */
export const roundPlaceholder = "${round}";

/** What stands in a plan for every host of a role whose hosts a search is yet to find; no host can have this name. */
export function eachHostOf(role: string): string {
  return `each host of ${role}`;
}

type Shell = Omit<ShellQuestion, "run" | "on">;

/** Fills variables in, for the environment or for one of its hosts, and finds the hosts of roles. */
export class Resolver {
  readonly #runbook: Runbook;
  readonly #inventory: Inventory;
  readonly #inputVars: Readonly<Record<string, VariableValue>>;
  readonly #variables = new Map<string, Variables>();

  constructor(
    runbook: Runbook,
    inventory: Inventory,
    inputVars: Readonly<Record<string, VariableValue>>,
  ) {
    this.#runbook = runbook;
    this.#inventory = inventory;
    this.#inputVars = inputVars;
  }

  /** The hosts of one or several roles, each once, in the inventory's order; one stands for those that are not found yet. */
  hosts(roles: readonly string[]): readonly string[] {
    const found = roles.flatMap((role) => {
      const hosts = this.#inventory.roles[role];
      if (hosts === undefined && Object.hasOwn(this.#inventory.searches, role))
        return [eachHostOf(role)];
      if (hosts === undefined)
        throw new PlanError(
          `${this.#inventory.file}: there is no role ${role}; the runbook needs it`,
        );
      return hosts;
    });
    return [...new Set(found)];
  }

  /** The role that a name stands for as long as its hosts are not found; undefined for a host. */
  roleToFind(host: string): string | undefined {
    const { roles, searches } = this.#inventory;
    return Object.keys(searches).find(
      (role) => !Object.hasOwn(roles, role) && eachHostOf(role) === host,
    );
  }

  /** The host of roles that must have one. */
  oneHost(roles: readonly string[], what: string): string {
    const [host, ...others] = this.hosts(roles);
    if (host === undefined || others.length > 0) {
      throw new PlanError(
        `${this.#inventory.file}: ${what} needs role ${roles.join(", ")} to have one host, it has ${others.length + 1}; name the one in a role of its own`,
      );
    }
    return host;
  }

  /** Text with its variables filled in. */
  text(template: string, host?: string): string {
    return fillTemplate(template, (name) => this.#value(name, host, String));
  }

  /** A regular expression: what is filled in stands for itself, whatever it is made of. */
  pattern(template: string): string {
    return fillTemplate(template, (name) =>
      this.#value(name, undefined, (value) =>
        String(value).replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
      ),
    );
  }

  /** An Erlang expression: values become literals, so that none of them can be more than a value. */
  expression(template: string, host?: string): string {
    return fillTemplate(template, (name) => this.#value(name, host, encodeErlang));
  }

  seconds(value: Seconds, host?: string): number {
    if (typeof value === "number") return value;
    const text = this.text(value, host);
    const seconds = parseDuration(text);
    if (seconds === undefined)
      throw new PlanError(
        `${value} is ${JSON.stringify(text)}, which is not a duration such as 30s or 5m`,
      );
    return seconds;
  }

  /** A shell text with its environment on one host. */
  command(line: string, shell: Shell, host: string): HostCommand {
    const env = Object.fromEntries(
      Object.entries(shell.env).map(([name, template]) => [
        name,
        this.#envValue(name, template, host),
      ]),
    );
    const directory =
      shell.directory === undefined ? {} : { directory: this.text(shell.directory, host) };
    return { host, command: { line, env, ...directory }, secretNames: shell.secrets };
  }

  /** An empty value is not a value: with DB_USER empty, for one, a Makefile would run as root. */
  #envValue(name: string, template: string, host: string): string {
    const value = this.text(template, host);
    if (value === "")
      throw new PlanError(
        `${name} is empty (${template}); an empty value could mean anything to a command`,
      );
    return value;
  }

  #value(name: string, host: string | undefined, encode: (value: VariableValue) => string): string {
    if (name === "round") return roundPlaceholder;
    if (name === "environment") return encode(this.#inventory.environment);
    const value = this.#variablesOf(host)[name];
    if (value === undefined || value === null)
      throw new PlanError(
        `variable ${name} has no value${host === undefined ? "" : ` on ${host}`}; set it in the inventory or in the input vars`,
      );
    return encode(value);
  }

  #variablesOf(host: string | undefined): Variables {
    const key = host ?? "";
    const known = this.#variables.get(key);
    if (known !== undefined) return known;
    const variables = resolveVariables({
      runbook: this.#runbook,
      inventory: this.#inventory,
      inputVars: this.#inputVars,
      ...(host === undefined ? {} : { host }),
    });
    this.#variables.set(key, variables);
    return variables;
  }
}

/** Puts the round's id in the place that the plan left for it, anywhere in plain data. */
export function bindRound<T>(value: T, round: string): T {
  if (typeof value === "string") return value.replaceAll(roundPlaceholder, round) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => bindRound(item, round)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, bindRound(item, round)]),
  ) as T;
}
