import { setSecret } from "@actions/core";
import { parseSecrets, parseVars } from "../config/assignments.ts";
import { readRuling, rulingForms, type RulingWord } from "../execute/ruling-word.ts";
import { maskedValues } from "../report/gateway.ts";
import { type InputDefinition, inputDefinitions, type InputName, inputNames } from "./inputs.ts";
import { errorText } from "../config/error-text.ts";

/** The action's inputs after parsing: what is absent or empty in the workflow is absent here. */
export interface ActionInputs {
  readonly phase: string;
  readonly environment: string;
  readonly runbook: string;
  /** Absent in the workflow: `inventory/<environment>.yml`. */
  readonly inventory: string;
  readonly vars: Readonly<Record<string, string | number | boolean>>;
  readonly planDigest?: string;
  readonly sshPrivateKey?: string;
  readonly sshPassphrase?: string;
  readonly knownHosts?: string;
  readonly githubToken?: string;
  readonly dryRun: boolean;
  readonly acceptDataLoss?: number;
  readonly keep503: boolean;
  readonly secrets: Readonly<Record<string, string>>;
  readonly step?: string;
  readonly ruling?: RulingWord;
  readonly reason?: string;
  /** Everything among the inputs that must never be shown, for the gateway. */
  readonly masked: readonly string[];
}

/** Inputs that nothing can be done with; says every problem at once. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `Input ${problem}`).join("\n"));
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the action's inputs as the runner hands them over. Secrets are masked before anything can fail. */
export function readInputs(
  env: Environment,
  mask: (secret: string) => void = setSecret,
): ActionInputs {
  const read = new Reader(env);
  const secrets = read.parsed("secrets", parseSecrets);
  const masked = maskedValues([...read.sensitive(), ...Object.values(secrets)]);
  for (const value of masked) mask(value);
  const inputs = readAll(read, secrets, masked);
  if (read.problems.length > 0) throw new InputError(read.problems);
  return inputs;
}

function readAll(
  read: Reader,
  secrets: Readonly<Record<string, string>>,
  masked: readonly string[],
): ActionInputs {
  read.refuseUnknown();
  const environment = read.environment();
  return {
    phase: read.required("phase"),
    environment,
    runbook: read.required("runbook"),
    inventory: read.text("inventory") ?? `inventory/${environment}.yml`,
    vars: read.parsed("vars", parseVars),
    dryRun: read.boolean("dry-run"),
    keep503: read.boolean("keep-503"),
    secrets,
    masked,
    ...present({
      planDigest: read.text("plan-digest"),
      sshPrivateKey: read.privateKey(),
      sshPassphrase: read.verbatim("ssh-passphrase"),
      knownHosts: read.text("known-hosts"),
      githubToken: read.text("github-token"),
      acceptDataLoss: read.count("accept-data-loss"),
      step: read.text("step"),
      ruling: read.ruling(),
      reason: read.text("reason"),
    }),
  };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops the keys that have no value, so that absent means absent. */
function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}

/** Reads single inputs and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: InputName): string | undefined {
    const definition: InputDefinition = inputDefinitions[name];
    // An expression is a default only for the runner, which has evaluated it by now.
    const fallback = definition.default?.startsWith("${{") ? undefined : definition.default;
    return this.#raw(name)?.trim() || fallback;
  }

  /** A passphrase may begin or end with blanks; only a line break pasted along is dropped. */
  verbatim(name: InputName): string | undefined {
    return this.#raw(name)?.replace(/[\r\n]+$/, "") || undefined;
  }

  /** Texts that are secret as they stand; the map of secrets also as a whole, should it be malformed. */
  sensitive(): readonly string[] {
    const names = ["ssh-private-key", "ssh-passphrase", "github-token", "secrets"] as const;
    return names.map((name) => this.verbatim(name)).filter((value) => value !== undefined);
  }

  required(name: InputName): string {
    const value = this.text(name);
    if (value === undefined) this.#wrong(name, "is required and is empty");
    return value ?? "";
  }

  environment(): string {
    const value = this.required("environment");
    if (value !== "" && !/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(value)) {
      this.#wrong(
        "environment",
        "may hold letters, digits, blanks, dots, dashes and underscores only",
      );
    }
    return value;
  }

  boolean(name: InputName): boolean {
    return this.oneOf(name, ["true", "false"]) === "true";
  }

  oneOf<T extends string>(name: InputName, words: readonly T[]): T | undefined {
    const value = this.text(name);
    const word = words.find((candidate) => candidate === value);
    if (value !== undefined && word === undefined) {
      this.#wrong(name, `must be ${words.join(" or ")}, not ${JSON.stringify(value)}`);
    }
    return word;
  }

  ruling(): RulingWord | undefined {
    const value = this.text("ruling");
    const word = value === undefined ? undefined : readRuling(value);
    if (value !== undefined && word === undefined)
      this.#wrong("ruling", `must be ${rulingForms}, not ${JSON.stringify(value)}`);
    return word;
  }

  count(name: InputName): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,15}$/.test(value)) return Number(value);
    this.#wrong(name, `must be a whole number of rows, 0 or more, not ${JSON.stringify(value)}`);
    return undefined;
  }

  /** OpenSSH and PEM readers want line feeds, and one at the end. */
  privateKey(): string | undefined {
    const value = this.text("ssh-private-key");
    return value === undefined ? undefined : `${value.replaceAll(/\r\n?/g, "\n")}\n`;
  }

  /** What a parser makes of an input; its complaints join the others. */
  parsed<T>(
    name: InputName,
    parse: (text: string) => Readonly<Record<string, T>>,
  ): Readonly<Record<string, T>> {
    const text = this.text(name);
    try {
      return text === undefined ? {} : parse(text);
    } catch (error) {
      const message = errorText(error);
      this.#wrong(name, message.replaceAll(`input ${name}:`, "").trim());
      return {};
    }
  }

  /** A misspelled `dry-run` must not become a real run. */
  refuseUnknown(): void {
    const known = new Set(inputNames.map(variableOf));
    const unknown = Object.keys(this.#env).filter(
      (key) => key.startsWith("INPUT_") && !known.has(key),
    );
    for (const key of unknown.filter((name) => this.#env[name]?.trim())) {
      const name = key.slice("INPUT_".length).toLowerCase();
      this.problems.push(`${name}: there is no such input. Inputs: ${inputNames.join(", ")}`);
    }
  }

  #raw(name: InputName): string | undefined {
    return this.#env[variableOf(name)];
  }

  #wrong(name: InputName, problem: string): void {
    this.problems.push(`${name}: ${problem}`);
  }
}

function variableOf(name: InputName): string {
  return `INPUT_${name.toUpperCase()}`;
}
