import * as z from "zod";
import { duration } from "../config/duration.ts";
import { node, strict } from "../config/shape.ts";
import type { DeepReadonly } from "../config/shape.ts";
import * as part from "./parts.ts";

/** A variable's value; `null` in a runbook means that an inventory or the action's input has to say it. */
export const variableValue = z.union([z.string(), z.number(), z.boolean()], {
  error: "expected text, a number or true/false",
});

/** A name that stands between `${` and `}`. */
export const variableName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
  error: "expected a name of letters, digits and underscores",
});

const consoleSchema = node({
  on: part.name,
  directory: part.template,
  node: part.template,
  start: part.template,
  attach: part.template,
  ping: part.template,
  stop: part.template,
  /** How long a started node must go on answering before it counts as started. */
  settle: duration.exactOptional(),
  ready: part.oneOrMore(part.expectation).default([]),
});

/** Keys of a status answer and the term patterns that their values must all match. */
const state = z.record(z.string(), part.scalarText);

const pollSchema = node({
  status: part.template.min(1),
  every: duration,
  before: z.array(part.expectation).default([]),
  idle: state,
  busy: z.array(state).min(1),
  done: state,
  stopped: state.exactOptional(),
  counters: strict({ done: z.string(), failed: z.string() }),
  sticky: state.default({}),
  stalled: node({
    when: state,
    times: z.int().positive(),
    free: part.template.min(1),
  }).exactOptional(),
});

const reconciliationSchema = node({
  title: z.string().exactOptional(),
  source: part.question,
  dets: part.question,
  sql: part.question,
  failures: z.array(part.name).default([]),
});

/** What failures refer to: its keys at the source, and those that arrived. */
const referenceSchema = node({
  title: z.string().exactOptional(),
  source: part.question,
  sql: part.question.exactOptional(),
});

const readingSchema = node({
  ...part.shellFields,
  title: z.string().exactOptional(),
  run: z.string().min(1),
  names: z.array(part.name).min(1),
});

const logSchema = node({
  on: part.oneOrMore(part.name),
  files: part.template.min(1),
  entry: part.regexTemplate,
});

/** A Chef server's organization, and who speaks to it. */
const chefSchema = node({
  url: part.template.min(1),
  client: part.template.min(1),
  /** The secret that holds the client's key. */
  key: part.name,
  /** The secret that holds the certificates of the server's authority. */
  ca: part.name.exactOptional(),
  version: z.enum(["1.0", "1.1", "1.3"]).default("1.3"),
  /** A role whose host reaches the server; without it the runner does. */
  on: part.name.exactOptional(),
});

/** Who signs requests to the API: a client or user of the Chef server, and the secret that holds its key. */
const signerSchema = node({
  client: part.template.min(1),
  key: part.name,
  version: z.enum(["1.0", "1.1", "1.3"]).default("1.3"),
});

const secretSchema = node({
  optional: z.boolean().default(false),
  description: z.string().exactOptional(),
});

/** What a runbook declares by name for its steps to refer to. */
export const declarations = {
  vars: z.record(variableName, z.union([variableValue, z.null()])).default({}),
  "per-environment": z.array(variableName).default([]),
  secrets: z.record(part.name, secretSchema).default({}),
  logs: z.record(part.name, logSchema).default({}),
  readings: z.record(part.name, readingSchema).default({}),
  consoles: z.record(part.name, consoleSchema).default({}),
  polls: z.record(part.name, pollSchema).default({}),
  reconciliations: z.record(part.name, reconciliationSchema).default({}),
  references: z.record(part.name, referenceSchema).default({}),
  chef: chefSchema.exactOptional(),
  signers: z.record(part.name, signerSchema).default({}),
};

export type VariableValue = z.output<typeof variableValue>;
export type ConsoleDeclaration = DeepReadonly<z.output<typeof consoleSchema>>;
export type ChefDeclaration = DeepReadonly<z.output<typeof chefSchema>>;
export type SignerDeclaration = DeepReadonly<z.output<typeof signerSchema>>;
export type Poll = DeepReadonly<z.output<typeof pollSchema>>;
export type Reconciliation = DeepReadonly<z.output<typeof reconciliationSchema>>;
export type Reference = DeepReadonly<z.output<typeof referenceSchema>>;
export type Reading = DeepReadonly<z.output<typeof readingSchema>>;
export type Log = DeepReadonly<z.output<typeof logSchema>>;
export type SecretDeclaration = DeepReadonly<z.output<typeof secretSchema>>;
