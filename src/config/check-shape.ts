import type * as z from "zod";
import { messageOf, suggestionFor } from "./issue-message.ts";
import { nearest } from "./nearest.ts";
import { ConfigError } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

/** Holds a file against its schema: the checked value, or every problem with its place. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  source: Source,
): z.output<Schema> {
  const parsed = schema.safeParse(source.data);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    withoutEchoes(parsed.error.issues.flatMap((issue) => explain(issue, source))),
  );
}

/** A misspelt key is one mistake, though its right name is missing too. */
function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const meant = new Set(
    problems.flatMap(({ path, suggestion }) =>
      suggestion === undefined ? [] : [missingMessage(suggestion) + parentOf(path)],
    ),
  );
  return problems.filter(({ path, message }) => !meant.has(message + path));
}

function parentOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

function missingMessage(key: string): string {
  return `\`${key}\` is missing`;
}

function explain(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ");
    return issue.keys.map((key) => unknownKey(source, [...path, key], key, known));
  }
  if (issue.code === "invalid_union") {
    const inner = onlyFitting(issue);
    if (inner !== undefined) {
      return inner.flatMap((one) =>
        explain({ ...one, path: [...issue.path, ...one.path] }, source),
      );
    }
  }
  if (issue.code === "custom") {
    const meant = misspelt(issue.params);
    if (meant !== undefined)
      return [unknownKey(source, [...path, meant.key], meant.key, [meant.name])];
  }
  const value = valueAt(source.data, path);
  if (value === undefined && path.length > 0 && issue.code !== "invalid_key")
    return [missing(source, path)];
  return [problemAt(source, path, messageOf(issue, value), suggestionFor(issue, value))];
}

/** The alternatives that the value's own type leaves; only a single one is worth explaining. */
function onlyFitting(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const rootMismatch = (one: z.core.$ZodIssue): boolean =>
    one.path.length === 0 && (one.code === "invalid_type" || one.code === "invalid_value");
  const fitting = issue.errors.filter((errors) => !errors.some(rootMismatch));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** A key beside the expected ones that was probably meant to be one of them. */
function misspelt(
  params: Record<string, unknown> | undefined,
): { key: string; name: string } | undefined {
  const [among, keys] = [params?.["among"], params?.["keys"]];
  if (!Array.isArray(among) || !Array.isArray(keys)) return undefined;
  for (const key of keys.map(String)) {
    const name = nearest(key, among.map(String));
    if (name !== undefined && !among.includes(key)) return { key, name };
  }
  return undefined;
}

function unknownKey(source: Source, path: Path, key: string, known: readonly string[]): Problem {
  const suggestion = nearest(key, known);
  const position = source.at(path, "key");
  const message = `unknown key \`${key}\`${suggestion === undefined ? `; known are ${known.join(", ")}` : ""}`;
  return {
    position,
    path: path.join("/"),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function missing(source: Source, path: Path): Problem {
  const parent = path.slice(0, -1);
  return {
    position: source.at(parent),
    path: parent.join("/"),
    message: missingMessage(String(path.at(-1))),
  };
}

/** A problem at a part of a file, for checks that go beyond shape. */
export function problemAt(
  source: Source,
  path: Path,
  message: string,
  suggestion?: string,
): Problem {
  const position = source.at(path);
  return {
    position,
    path: source.existing(path).join("/"),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
