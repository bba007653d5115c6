import * as z from "zod";
import { duration } from "../config/duration.ts";
import { byKey, node, strict, toModel } from "../config/shape.ts";
import { fillTemplate, referencesIn } from "../config/template.ts";

const idError =
  "expected a name of lower-case letters, digits and hyphens that starts with a letter";

/** Ids become job ids, file names and anchors, so they are what all of these accept. */
export const id = z.string().regex(/^[a-z][a-z0-9-]*$/, { error: idError });

/** A name that refers to something declared elsewhere. */
export const name = z.string().min(1);

/** Text in which `${name}` stands for a variable. */
export const template = z.string();

/** A plain value where text is meant: YAML reads 5432 and true as something else. */
export const scalarText = z
  .union([z.string(), z.number(), z.boolean()], { error: "expected text or a number" })
  .transform(String);

/** One or several, always a list in the model. */
export function oneOrMore<Item extends z.ZodType>(item: Item) {
  return z
    .union([z.array(item).min(1), item])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<Item>[]);
}

function compiles(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** A regular expression that compiles; kept as text, because the model is plain data. */
export const regex = z.string().refine(compiles, {
  error: (issue) => `not a regular expression: ${whyNot(String(issue.input))}`,
});

/** A regular expression, or text in which one is filled in: then it is looked at with the values that are known. */
export const regexTemplate = z.string().refine((text) => hasReferences(text) || compiles(text), {
  error: (issue) => `not a regular expression: ${whyNot(String(issue.input))}`,
});

function hasReferences(text: string): boolean {
  return referencesIn(text).length > 0;
}

/** A pattern as it compiles whatever is filled in. */
function withoutReferences(text: string): string {
  return fillTemplate(text, () => "x");
}

function whyNot(text: string): string {
  try {
    new RegExp(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : "";
  }
}

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "expected the name of an environment variable",
});

/** The environment that a shell command gets; the only way a value reaches shell text. */
export const env = z.record(variableName, scalarText);

/** Environment variables whose values are declared secrets: variable to secret. */
export const secretEnv = z.record(variableName, name);

export const shellFields = {
  on: oneOrMore(name),
  directory: template.exactOptional(),
  env: env.default({}),
  secrets: secretEnv.default({}),
};

/** Adds what tells the alternatives of a choice apart. */
export const kinded =
  <Kind extends string>(kind: Kind) =>
  <Value extends object>(value: Value) => ({ kind, ...value });

/** A read-only shell question. */
export const shellQuestion = node({ ...shellFields, run: z.string().min(1) });

/** What must hold: an expression with its expected term. */
export const expectation = node({ eval: template.min(1), expect: z.string().min(1) });

/** One side of a reconciliation: a shell command on a role, or an expression in a console. */
export const question = byKey("question", {
  run: shellQuestion.transform(kinded("shell")),
  eval: node({ console: name, eval: template.min(1) }).transform(kinded("eval")),
});

/** Names of a reading and the values that are wanted; several values are alternatives. */
export const readingValues = z.record(
  name,
  oneOrMore(
    z.string({ error: 'expected text; write true, false and numbers in quotes, such as "true"' }),
  ),
);

/** A reading and the values that prove something. */
export const proof = strict({ reading: name, is: readingValues });

export const side = z.enum(["source", "dets", "sql"]);

const percent = z.string().regex(/^([1-9]\d?|100)%$/);

/** In which order hosts are taken. */
export const order = z.union(
  [
    z.literal("serial").transform(() => ({ kind: "serial" as const })),
    z.literal("parallel").transform(() => ({ kind: "parallel" as const })),
    strict({ rolling: z.int().positive() }).transform((value) => ({
      kind: "rolling" as const,
      hosts: value.rolling,
    })),
    strict({ rolling: percent }).transform((value) => ({
      kind: "rolling" as const,
      percent: Number.parseInt(value.rolling, 10),
    })),
  ],
  { error: 'expected `serial`, `parallel`, { rolling: 2 } or { rolling: "25%" }' },
);

export const steady = node({ times: z.int().positive(), every: duration });

/** What a group must match; a value that is filled in stands for itself, whatever it is made of. */
const groupPattern = z.string().refine((text) => compiles(withoutReferences(text)), {
  error: (issue) => `not a regular expression: ${whyNot(withoutReferences(String(issue.input)))}`,
});

/** Named groups of a log's entry and what each must match, from its first to its last character. */
export const where = z.record(name, groupPattern);

const path = template.regex(/^\//, { error: "expected a path that starts with /" });

/** What a request carries: text as it stands, or JSON. */
export const body = z.union([template.min(1), z.record(z.string(), z.unknown())], {
  error: "expected text or a map, which is sent as JSON",
});

const requestFields = {
  method: z.enum(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]),
  path,
  endpoint: name,
  body: body.exactOptional(),
  /** The signer; without one the request is nobody's. */
  signed: name.exactOptional(),
};

interface Sent {
  readonly method: string;
  readonly body?: unknown;
  readonly signed?: string;
}

const reads = ({ method }: Sent): boolean => method === "GET" || method === "HEAD";

const bodyless = {
  path: ["body"],
  error: "a request that only reads has no body",
};

/** Unsigned writes are refused by authentication; what is signed may only read, or it would change something. */
const onlyReads = {
  path: ["signed"],
  error: "a signed request of this method changes something: only `exercise` sends such a one",
};

const mayCarry = (sent: Sent): boolean => !reads(sent) || sent.body === undefined;
const mayBeSigned = (sent: Sent): boolean => reads(sent) || sent.signed === undefined;

export const request = strict(requestFields)
  .refine(mayCarry, bodyless)
  .refine(mayBeSigned, onlyReads)
  .transform((parsed) => toModel(parsed));

const status = z.int().min(100).max(599);

const expectedAnswer = z.union(
  [
    status.transform((one) => ({ kind: "status" as const, statuses: [one] })),
    z
      .array(status)
      .min(1)
      .transform((statuses) => ({ kind: "status" as const, statuses })),
    strict({ "same-as": name }).transform((value) => ({
      kind: "same-as" as const,
      step: value["same-as"],
    })),
  ],
  { error: "expected a status such as 503, a list of statuses, or { same-as: step }" },
);

export const probeRequest = strict({ ...requestFields, expect: expectedAnswer })
  .refine(mayCarry, bodyless)
  .refine(mayBeSigned, onlyReads)
  .transform((parsed) => toModel(parsed));

/** What an answer gives to later requests: a text of its JSON, or the part of it that matches. */
const capture = node({
  at: z.string().regex(/^(\/([^~/]|~[01])+)+$/, {
    error: "expected a JSON pointer such as /uri into the answer",
  }),
  match: regex.exactOptional(),
});

/** A name that stands between braces in later paths and bodies. */
const captured = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
  error: "expected a name of letters, digits and underscores",
});

/** A request of an exercise: it may change something, and what its answer says may be needed later. */
export const exerciseRequest = strict({
  ...requestFields,
  expect: z
    .union([z.array(status).min(1), status], {
      error: "expected a status such as 201, or a list of statuses",
    })
    .transform((one) => (Array.isArray(one) ? one : [one])),
  capture: z.record(captured, capture).default({}),
})
  .refine(mayCarry, bodyless)
  .transform((parsed) => toModel(parsed));

export const requestPath = path;

/** Requests that a watch sends itself, so that a quiet environment can pass. */
export const sends = node({
  on: oneOrMore(name),
  url: template,
  every: duration,
  requests: z.array(request).min(1),
});

/** Tables of a snapshot: name to the command that prints one `key|version` per line. */
export const tables = z.record(name, z.string().min(1));
