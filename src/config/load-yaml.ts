import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { Document, YAMLError } from "yaml";
import { nearest } from "./nearest.ts";
import { ConfigError } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { createSource } from "./source.ts";
import type { Source } from "./source.ts";
import { errorText } from "./error-text.ts";

const maxBytes = 1024 * 1024;
/** Expanded nodes that aliases may make; a bomb of nested aliases makes millions. */
const maxAliases = 1_000;

/** Reads a YAML file; what is missing, too large or malformed is a `ConfigError` that says where. */
export function loadYaml(file: string): Source {
  return parseYaml(readText(file), file);
}

/** The same for text that is already there, such as an action's input. */
export function parseYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
    logLevel: "error",
  });
  const problems = worthTelling([...document.errors, ...document.warnings]).map(
    (error): Problem => {
      const { line, col } = lines.linePos(error.pos[0]);
      const message =
        error.code === "DUPLICATE_KEY" ? duplicateKey(text, error.pos) : plain(error.message);
      return { position: { file, line, column: col }, path: "", message };
    },
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return createSource(document, lines, file, toData(document, file));
}

/** After the first break of syntax the parser is lost, and what it says of the rest only confuses. */
function worthTelling(errors: readonly YAMLError[]): readonly YAMLError[] {
  const broken = errors.find(({ code }) => code !== "DUPLICATE_KEY");
  return errors.filter(
    (error) => error === broken || broken === undefined || error.pos[0] < broken.pos[0],
  );
}

function toData(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases }) as unknown;
  } catch (error) {
    const message = `aliases do not resolve: ${plain(errorText(error))}`;
    throw new ConfigError([{ position: { file, line: 1, column: 1 }, path: "", message }]);
  }
}

function readText(file: string): string {
  const fail = (message: string, meant?: string): never => {
    const suggestion = meant === undefined ? {} : { suggestion: meant };
    const position = { file, line: 1, column: 1 };
    throw new ConfigError([{ position, path: "", message, ...suggestion }]);
  };
  try {
    const { size } = statSync(file);
    return size > maxBytes
      ? fail(`the file has ${size} bytes, more than ${maxBytes}`)
      : readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (isMissing(error)) return fail("there is no such file", fileBeside(file));
    return fail(`cannot be read: ${String(error)}`);
  }
}

/** A misspelt environment is a misspelt file name: the file beside it that was probably meant. */
function fileBeside(file: string): string | undefined {
  try {
    const meant = nearest(basename(file), readdirSync(dirname(file)));
    return meant === undefined ? undefined : join(dirname(file), meant);
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function duplicateKey(text: string, [start]: readonly [number, number]): string {
  const key = /^[^\s:,}]+/.exec(text.slice(start))?.[0];
  return key === undefined ? "the same key stands twice" : `the key \`${key}\` stands twice`;
}

/** YAML's own messages without the trailing excerpt. */
function plain(message: string): string {
  const first = message.split("\n", 1)[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1);
}
