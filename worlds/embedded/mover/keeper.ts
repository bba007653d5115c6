import { formatFrame } from "../../../src/transport/console/protocol.ts";
import type { Request } from "../../../src/transport/console/protocol.ts";
import { atom, string, tuple } from "./erlang-text.ts";
import type { Evaluated } from "./evaluator.ts";

export interface KeeperOptions {
  readonly node: string;
  readonly evaluate: (source: string) => Promise<Evaluated>;
  /** Prints into whichever shell is attached when the answer is there. */
  readonly print: (text: string) => void;
}

interface Kept {
  readonly source: string;
  readonly ended: Promise<void>;
  answer: string | undefined;
}

/** The process in the node that evaluates once per id and keeps the answer until it is told to forget. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #startedAt = Math.round(Date.now() / 1000 - process.uptime());
  #booted = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Takes a request; false when there is no keeper yet, since nobody said hello. */
  handle(request: Request): boolean {
    if (request.kind === "hello") this.#booted = true;
    if (!this.#booted) return false;
    void this.#answer(request).then((text) =>
      this.#options.print(formatFrame(request.token, text)),
    );
    return true;
  }

  async #answer(request: Request): Promise<string> {
    switch (request.kind) {
      case "hello":
        return tuple(
          "hello",
          "1",
          atom(this.#options.node),
          string(String(process.pid)),
          String(this.#startedAt),
        );
      case "ask":
        return this.#ask(request.id, request.text, request.waitMilliseconds);
      case "poll":
        return this.#wait(this.#kept.get(request.id), request.waitMilliseconds);
      case "forget":
        return this.#forget(request.id);
    }
  }

  async #ask(id: string, source: string, waitMilliseconds: number): Promise<string> {
    const known = this.#kept.get(id);
    if (known && known.source !== source) return "other_expression";
    return this.#wait(known ?? this.#begin(id, source), waitMilliseconds);
  }

  #begin(id: string, source: string): Kept {
    const evaluated = this.#options.evaluate(source);
    const kept: Kept = {
      source,
      answer: undefined,
      ended: evaluated.then((result) => {
        kept.answer = print(result);
      }),
    };
    this.#kept.set(id, kept);
    return kept;
  }

  async #wait(kept: Kept | undefined, waitMilliseconds: number): Promise<string> {
    if (!kept) return "unknown";
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMilliseconds);
    });
    await Promise.race([kept.ended, late]);
    clearTimeout(timer);
    return kept.answer ?? "running";
  }

  #forget(id: string): string {
    const kept = this.#kept.get(id);
    if (kept && kept.answer === undefined) return "running";
    this.#kept.delete(id);
    return "forgotten";
  }
}

function print(result: Evaluated): string {
  switch (result.kind) {
    case "value":
      return tuple("value", result.text);
    case "exception":
      return tuple("exception", result.class, result.reason);
    case "undefined":
      return tuple("undefined", string(result.name));
    case "syntax":
      return tuple("syntax", string(result.why));
    case "no-dot":
      return "no_dot";
  }
}
