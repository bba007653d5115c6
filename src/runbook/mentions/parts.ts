import type { Seconds } from "../../config/duration.ts";
import type { Path } from "../../config/source.ts";
import type { ExerciseRequest, Expectation, Question, Request } from "../schema.ts";

/** What refers to a thing that is declared by name. */
export type ReferenceKind =
  | "console"
  | "log"
  | "reading"
  | "poll"
  | "reconciliation"
  | "secret"
  | "class"
  | "input"
  | "signer";

interface Placed {
  readonly value: string;
  readonly path: Path;
}

/** Something in a runbook that means more than its own text. */
export type Mention =
  | (Placed & { readonly kind: ReferenceKind })
  /** Hosts come from the inventory. */
  | (Placed & { readonly kind: "role" })
  /** A role that must have exactly one host, and what for. */
  | (Placed & { readonly kind: "single-role"; readonly purpose: string })
  /** A name of a reading's answer, or of a group in a log's entry. */
  | (Placed & { readonly kind: "answer" | "group"; readonly of: string })
  | (Placed & { readonly kind: "pattern" })
  | (Placed & { readonly kind: "expression" })
  | (Placed & {
      readonly kind: "template";
      readonly roles: readonly string[];
      readonly env: boolean;
    })
  /** Text for a shell, with the variables of its environment. */
  | (Placed & { readonly kind: "shell"; readonly env: readonly string[] });

export interface ShellFields {
  readonly on?: readonly string[];
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export function template(
  value: string,
  path: Path,
  roles: readonly string[],
  env = false,
): Mention {
  return { kind: "template", value, path, roles, env };
}

export function expression(value: string, path: Path): Mention {
  return { kind: "expression", value, path };
}

export function* each(
  kind: ReferenceKind | "role",
  values: readonly string[] | undefined,
  path: Path,
): Generator<Mention> {
  for (const [index, value] of (values ?? []).entries())
    yield { kind, value, path: [...path, index] };
}

export function* seconds(value: Seconds | undefined, path: Path): Generator<Mention> {
  if (typeof value === "string") yield template(value, path, []);
}

/** A shell command's fields, and its text under the key where it stands. */
export function* shell(
  fields: ShellFields,
  path: Path,
  texts: Readonly<Record<string, string>>,
  inherited: ShellFields = {},
): Generator<Mention> {
  const roles = fields.on ?? inherited.on ?? [];
  if (fields.on !== undefined) yield* each("role", fields.on, [...path, "on"]);
  if (fields.directory !== undefined)
    yield template(fields.directory, [...path, "directory"], roles);
  for (const [name, value] of Object.entries(fields.env ?? {})) {
    yield template(value, [...path, "env", name], roles, true);
  }
  for (const [name, value] of Object.entries(fields.secrets ?? {})) {
    yield { kind: "secret", value, path: [...path, "secrets", name] };
  }
  const env = [fields, inherited].flatMap((one) => Object.keys({ ...one.env, ...one.secrets }));
  for (const [key, value] of Object.entries(texts))
    yield { kind: "shell", value, path: [...path, key], env };
}

/** A shell command whose answer is one answer: the same fields, on one host. */
export function* oneHostShell(
  fields: ShellFields,
  path: Path,
  texts: Readonly<Record<string, string>>,
  purpose: string,
): Generator<Mention> {
  for (const mention of shell(fields, path, texts)) {
    yield mention.kind === "role" ? { ...mention, kind: "single-role", purpose } : mention;
  }
}

export function* expectation(one: Expectation, path: Path): Generator<Mention> {
  yield expression(one.eval, [...path, "eval"]);
  yield { kind: "pattern", value: one.expect, path: [...path, "expect"] };
}

export function* question(one: Question, path: Path): Generator<Mention> {
  if (one.kind === "shell") {
    return yield* oneHostShell(one, path, { run: one.run }, "one side of a comparison");
  }
  yield { kind: "console", value: one.console, path: [...path, "console"] };
  yield expression(one.eval, [...path, "eval"]);
}

/** A reading and the answers that are wanted of it. */
export function* answers(
  reading: string,
  values: Readonly<Record<string, readonly string[]>>,
  path: Path,
): Generator<Mention> {
  for (const [name, alternatives] of Object.entries(values)) {
    yield { kind: "answer", of: reading, value: name, path: [...path, name] };
    for (const [index, value] of alternatives.entries())
      yield template(value, [...path, name, index], []);
  }
}

export function* groups(
  log: string,
  values: Readonly<Record<string, string>>,
  path: Path,
): Generator<Mention> {
  for (const [name, pattern] of Object.entries(values)) {
    yield { kind: "group", of: log, value: name, path: [...path, name] };
    yield template(pattern, [...path, name], []);
  }
}

/** What a request says, wherever it is sent from. */
export function* request(
  sent: Request | ExerciseRequest,
  path: Path,
  roles: readonly string[],
): Generator<Mention> {
  yield template(sent.path, [...path, "path"], roles);
  if (sent.signed !== undefined)
    yield { kind: "signer", value: sent.signed, path: [...path, "signed"] };
  if (sent.body !== undefined) yield* texts(sent.body, [...path, "body"], roles);
}

/** Every text of a JSON value. */
function* texts(value: unknown, path: Path, roles: readonly string[]): Generator<Mention> {
  if (typeof value === "string") return yield template(value, path, roles);
  if (typeof value !== "object" || value === null) return;
  const inner = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, one] of inner) yield* texts(one, [...path, key], roles);
}
