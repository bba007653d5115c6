import { parseRequest } from "../../../src/transport/console/protocol.ts";
import type { Evaluated } from "./evaluator.ts";
import type { Keeper } from "./keeper.ts";

export interface ShellOptions {
  readonly node: string;
  readonly keeper: Keeper;
  readonly evaluate: (source: string) => Promise<Evaluated>;
  readonly write: (text: string) => void;
  /** Width at which the echo of a long line is wrapped. */
  readonly columns: () => number;
}

const erase = "\u007f";
const toStart = "\u0001";
const killToEnd = "\u000b";
const killLine = "\u0015";

/** One shell of the node: it outlives its terminal, so a half typed line is inherited by whoever comes next. */
export class Shell {
  readonly #options: ShellOptions;
  #number = 1;
  #typed = "";
  #pending = "";
  #column = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  /** Shows what a fresh shell shows. */
  greet(): void {
    this.#options.write("Eshell V5.10.4  (abort with ^G)\r\n");
    this.#prompt();
  }

  key(character: string): void {
    if (character === "\r" || character === "\n") return this.#enter();
    if (character === erase || character === "\b") return this.#eraseOne();
    if (character === killLine || character === toStart || character === killToEnd)
      this.#typed = "";
    if (character < " ") return;
    this.#typed += character;
    this.#echo(character);
  }

  #echo(character: string): void {
    this.#column += 1;
    const wraps = this.#column % this.#options.columns() === 0;
    this.#options.write(wraps ? `${character} \b` : character);
  }

  #eraseOne(): void {
    if (this.#typed === "") return;
    this.#typed = this.#typed.slice(0, -1);
    this.#options.write("\b \b");
  }

  #enter(): void {
    const source = this.#pending === "" ? this.#typed : `${this.#pending}\n${this.#typed}`;
    this.#typed = "";
    this.#pending = "";
    this.#column = 0;
    this.#options.write("\r\n");
    if (source.trim() === "") return this.#prompt();
    if (!/\.\s*$/.test(source) || hasOpenQuote(source)) {
      this.#pending = source;
      return this.#prompt();
    }
    this.#queue = this.#queue.then(() => this.#run(source));
  }

  async #run(source: string): Promise<void> {
    const request = source.startsWith("runbook_phase") ? parseRequest(source) : undefined;
    if (request) {
      const taken = this.#options.keeper.handle(request);
      return this.#print(
        taken ? "ok" : "** exception error: bad argument\r\n     in operator  !/2",
      );
    }
    const result = await this.#options.evaluate(source);
    if (result.kind === "syntax") {
      this.#options.write(`* 1: ${result.why}\r\n`);
      return this.#prompt();
    }
    this.#print(show(result));
  }

  #print(text: string): void {
    this.#number += 1;
    this.#options.write(`${text}\r\n`);
    this.#prompt();
  }

  #prompt(): void {
    this.#options.write(`(${this.#options.node})${this.#number}> `);
  }
}

function hasOpenQuote(source: string): boolean {
  return /["']/.test(source.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\\?./gs, ""));
}

function show(result: Exclude<Evaluated, { kind: "syntax" }>): string {
  switch (result.kind) {
    case "value":
      return result.text;
    case "exception":
      return `** exception ${result.class}: ${result.reason}`;
    case "undefined":
      return result.name.includes(":")
        ? `** exception error: undefined function ${result.name}`
        : `** exception error: undefined shell command ${result.name}`;
    case "no-dot":
      return "";
  }
}
