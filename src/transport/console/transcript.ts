import type { Readable } from "node:stream";

/** What `until` saw: the match, or that time or the stream ended first. */
export type Sight =
  | { readonly kind: "seen"; readonly match: RegExpExecArray }
  | { readonly kind: "timeout" }
  | { readonly kind: "ended" };

const kept = 64 * 1024;

/** What a terminal printed lately, and a way to wait for what it prints next. */
export class Transcript {
  #text = "";
  #ended = false;
  readonly #listeners = new Set<(piece: string) => void>();

  constructor(stream: Readable) {
    stream.on("data", (data: Buffer) => this.#take(data.toString("latin1")));
    stream.on("error", () => this.end());
    stream.on("close", () => this.end());
  }

  /** What was printed since the last `forget`. */
  get text(): string {
    return this.#text;
  }

  /** Later waits see only what comes after this. */
  forget(): void {
    this.#text = "";
  }

  end(): void {
    this.#ended = true;
    this.#publish("");
  }

  /** Calls back with each piece as latin1, and with an empty one at the end; answers how to stop that. */
  listen(listener: (piece: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  until(shape: RegExp, seconds: number): Promise<Sight> {
    return new Promise((resolve) => {
      const settle = (sight: Sight): void => {
        clearTimeout(timer);
        stop();
        resolve(sight);
      };
      const look = (): void => {
        const match = shape.exec(this.#text);
        if (match !== null) settle({ kind: "seen", match });
        else if (this.#ended) settle({ kind: "ended" });
      };
      const timer = setTimeout(() => settle({ kind: "timeout" }), seconds * 1000);
      const stop = this.listen(look);
      look();
    });
  }

  /** Waits until nothing was printed for a while, at most `seconds`: a busy log never falls silent. */
  quiet(milliseconds: number, seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(limit);
        clearTimeout(silence);
        stop();
        resolve();
      };
      const limit = setTimeout(settle, seconds * 1000);
      const silence = setTimeout(settle, milliseconds);
      const stop = this.listen(() => void silence.refresh());
    });
  }

  #take(piece: string): void {
    this.#text = (this.#text + piece).slice(-kept);
    this.#publish(piece);
  }

  #publish(piece: string): void {
    for (const listener of this.#listeners) listener(piece);
  }
}
