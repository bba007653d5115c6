import type * as z from "zod";
import { nearest } from "./nearest.ts";

/** What is wrong, in the words of the file instead of the schema library's. */
export function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_key")
    return `\`${String(issue.path.at(-1))}\`: ${issue.issues[0]?.message ?? "not a name"}`;
  if (!issue.message.startsWith("Invalid ") && !issue.message.startsWith("Too "))
    return issue.message;
  if (issue.code === "invalid_type")
    return `expected ${plainType(issue.expected)}, got ${show(value)}`;
  if (issue.code === "invalid_value")
    return `expected ${issue.values.map((one) => `\`${String(one)}\``).join(" or ")}, got ${show(value)}`;
  if (issue.code === "too_small") return tooSmall(issue, value);
  if (issue.code === "too_big") return `may be at most ${issue.maximum}`;
  if (issue.code === "invalid_union") return noneFits(issue, value);
  return issue.message;
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, value: unknown): string {
  if (value === "") return "must not be empty";
  if (Array.isArray(value)) return `needs at least ${issue.minimum} of them, has ${value.length}`;
  return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
}

/** What any of the alternatives would have taken, in their own words where they have some. */
function noneFits(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const first = issue.errors.flatMap((errors) => errors.filter((one) => one.path.length === 0));
  const own = first.find((one) => !one.message.startsWith("Invalid "));
  if (own !== undefined) return own.message;
  const types = first.flatMap((one) =>
    one.code === "invalid_type" ? [plainType(one.expected)] : [],
  );
  return types.length === 0
    ? `cannot be ${show(value)}`
    : `expected ${types.join(" or ")}, got ${show(value)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function plainType(expected: string): string {
  return typeNames[expected] ?? expected;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string")
    return `\`${value.length > 60 ? `${value.slice(0, 60)}…` : value}\``;
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

/** The allowed value that was probably meant. */
export function suggestionFor(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== "invalid_value" || typeof value !== "string") return undefined;
  return nearest(value, issue.values.map(String));
}
