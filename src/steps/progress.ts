import type { StepContext } from "./context.ts";

const journalEverySeconds = 10;

/** Turns a job's counter into progress: a rate over the whole run, said when it changes, journaled now and then. */
export class JobProgress {
  readonly #context: StepContext;
  readonly #total: number | undefined;
  readonly #startedAt: number;
  #last = -1;
  #journaledAt = 0;

  constructor(context: StepContext, total: number | undefined) {
    this.#context = context;
    this.#total = total;
    this.#startedAt = context.now().getTime();
  }

  async saw(done: number): Promise<void> {
    if (done === this.#last) return;
    this.#last = done;
    const now = this.#context.now().getTime();
    const finished = this.#total !== undefined && done >= this.#total;
    if (!finished && now - this.#journaledAt < journalEverySeconds * 1000) return;
    this.#journaledAt = now;
    const seconds = (now - this.#startedAt) / 1000;
    await this.#context.observe({
      kind: "progress",
      done: Math.max(0, done),
      ...(this.#total === undefined ? {} : { total: this.#total }),
      ...(seconds > 0 ? { perSecond: Math.max(0, done) / seconds } : {}),
    });
  }
}
