import type { Terminal } from "./terminal.ts";

/** One option of a command: with a value, or a switch. */
export interface Option {
  /** What its value is called in the help; a switch has none. */
  readonly value?: string;
  readonly about: string;
  readonly default?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** The options as they were given: a text where the option takes a value, true where it is a switch. */
export type Values<Of extends Options> = {
  readonly [Name in keyof Of]: Of[Name] extends { readonly default: string }
    ? string
    : Of[Name] extends { readonly value: string }
      ? string | undefined
      : boolean;
};

/** One command of the terminal; to add one: its file, and a line in the index. */
export interface Command<Of extends Options = Options> {
  /** One line for the list of commands. */
  readonly summary: string;
  /** How it is called, behind its name. */
  readonly usage: string;
  /** What a person has to know to use it, paragraph by paragraph. */
  readonly about: readonly string[];
  readonly options: Of;
  /** The option whose value may also stand alone, without its name. */
  readonly operand?: string;
  readonly examples: readonly string[];
  /** Resolves with the exit status; an error is a refusal, a `UsageError` a wrong call. */
  run(values: Values<Of>, terminal: Terminal): number | Promise<number>;
}

/** Lets a command's own options decide the type of its values. */
export function command<const Of extends Options>(one: Command<Of>): Command {
  return one;
}
