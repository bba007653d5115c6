import { parseArgs } from "node:util";
import { nearest } from "../config/nearest.ts";
import type { Options } from "./command.ts";
import { UsageError } from "./usage-error.ts";

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Reads a command's options; whatever it does not know is named, with the name that was probably meant. */
export function readOptions(args: readonly string[], options: Options, operand?: string): Given {
  const given = new Map<string, string | boolean>();
  for (const token of tokensOf(args, options)) {
    if (token.kind === "option") {
      if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice`);
      given.set(token.name, valueOf(token, options));
    } else if (token.kind === "positional" && operand !== undefined) {
      if (given.has(operand)) throw new UsageError(`--${operand} is given twice: ${token.value}`);
      given.set(operand, token.value);
    } else throw stray(token.kind === "positional" ? token.value : "--");
  }
  return Object.fromEntries(
    Object.entries(options).map(([name, { value, default: or }]) => [
      name,
      given.get(name) ?? (value === undefined ? false : or),
    ]),
  );
}

function tokensOf(args: readonly string[], options: Options) {
  const declared = Object.entries(options).map(
    ([name, { value }]) =>
      [name, { type: value === undefined ? "boolean" : "string" } as const] as const,
  );
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(declared),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

type OptionToken = Extract<ReturnType<typeof tokensOf>[number], { kind: "option" }>;

function valueOf({ name, rawName, value, inlineValue }: OptionToken, options: Options) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) throw unknown(rawName, options);
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return true;
  }
  const swallowed = inlineValue !== true && value?.startsWith("-") === true;
  if (value === undefined || swallowed) {
    const hint = swallowed ? `; if ${value} is meant: ${rawName}=${value}` : "";
    throw new UsageError(`${rawName} wants ${option.value}${hint}`);
  }
  return value;
}

function unknown(rawName: string, options: Options): UsageError {
  const names = Object.keys(options).map((name) => `--${name}`);
  const near = nearest(rawName, names);
  const meant = near === undefined ? `; there are ${names.join(", ")}` : `; did you mean ${near}?`;
  return new UsageError(`there is no option ${rawName}${meant}`);
}

function stray(word: string): UsageError {
  return new UsageError(`${word} belongs to no option; a value with blanks wants quotes`);
}
