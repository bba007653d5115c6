import { parseDocument } from "yaml";
import { parseYaml } from "./load-yaml.ts";
import { ConfigError } from "./problem.ts";

const assignment = /^([A-Za-z_][\w-]*)=(.*)$/;

/** Variables from the action's `vars` input: a YAML or JSON map, or NAME=value lines. */
export function parseVars(text: string): Readonly<Record<string, string | number | boolean>> {
  const lines = parseLines(text);
  if (lines !== undefined) return lines;
  const { data, at } = parseYaml(text, "input vars");
  if (data === null) return {};
  if (!isMap(data)) throw notAMap("vars");
  for (const [name, value] of Object.entries(data)) {
    if (!isScalar(value)) {
      const message = "expected text, a number or true/false";
      throw new ConfigError([{ position: at([name]), path: name, message }]);
    }
  }
  return data as Readonly<Record<string, string | number | boolean>>;
}

/**
 * Secrets from the action's `secrets` input. Every value is text exactly as written (a password such as 0123
 * is no number), and no error ever shows a part of what was read: it may be a secret itself.
 */
export function parseSecrets(text: string): Readonly<Record<string, string>> {
  const lines = parseLines(text);
  if (lines !== undefined) return lines;
  const document = parseDocument(text, {
    schema: "failsafe",
    prettyErrors: true,
    logLevel: "error",
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw new ConfigError([secretProblem(error.linePos?.[0].line)]);
  const data = secretData(() => document.toJS({ maxAliasCount: 0 }) as unknown);
  if (data === null || data === "") return {};
  if (!isMap(data)) throw notAMap("secrets");
  const wrong = Object.keys(data).filter((name) => typeof data[name] !== "string");
  if (wrong.length > 0)
    throw new ConfigError(
      wrong.map((name) => ({ path: `input secrets/${name}`, message: "expected text" })),
    );
  return data as Readonly<Record<string, string>>;
}

function secretData(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    throw new ConfigError([secretProblem(undefined)]);
  }
}

function secretProblem(line: number | undefined): { path: string; message: string } {
  const where = line === undefined ? "" : ` in line ${line}`;
  return {
    path: "input secrets",
    message: `malformed YAML${where}; quote values that hold special characters`,
  };
}

function notAMap(input: "vars" | "secrets"): ConfigError {
  const message = "expected a YAML or JSON map of name to value, or NAME=value lines";
  return new ConfigError([{ path: `input ${input}`, message }]);
}

/** `undefined` unless every line is an assignment, a comment or empty. */
function parseLines(text: string): Record<string, string> | undefined {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const pairs = lines.map((line) => assignment.exec(line.trimStart()));
  if (!pairs.every((pair) => pair !== null)) return undefined;
  const found: Record<string, string> = {};
  for (const [, name = "", value = ""] of pairs) {
    if (Object.hasOwn(found, name))
      throw new ConfigError([{ path: name, message: "stands twice in the input" }]);
    found[name] = value;
  }
  return found;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
