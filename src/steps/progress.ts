import type { StepContext } from "./context.ts";

const journalEverySeconds = 10;
/** A job that stands still is told of too, since the downtime goes on meanwhile. */
const journalStillEverySeconds = 60;

/** Turns a job's counter into progress: a rate over the whole following, said when it changes, journaled now and then. */
export class JobProgress {
  readonly #context: StepContext;
  readonly #total: number | undefined;
  #from: { readonly done: number; readonly at: number } | undefined;
  #last = -1;
  #journaledAt = 0;

  /** What an earlier run has seen of a job it followed says nothing of the rate in this one. */
  constructor(context: StepContext, total: number | undefined, resumed: boolean) {
    this.#context = context;
    this.#total = total;
    this.#from = resumed ? undefined : { done: 0, at: context.now().getTime() };
  }

  async saw(done: number): Promise<void> {
    const now = this.#context.now().getTime();
    this.#from ??= { done, at: now };
    const moved = done !== this.#last;
    const finished = this.#total !== undefined && done >= this.#total;
    const pause = moved ? journalEverySeconds : journalStillEverySeconds;
    if (!(moved && finished) && now - this.#journaledAt < pause * 1000) return;
    this.#last = done;
    this.#journaledAt = now;
    await this.#context.observe({
      kind: "progress",
      done: Math.max(0, done),
      ...(this.#total === undefined ? {} : { total: this.#total }),
      ...this.#rate(done, now),
    });
  }

  #rate(done: number, now: number): { perSecond?: number } {
    if (this.#from === undefined) return {};
    const seconds = (now - this.#from.at) / 1000;
    return seconds > 0 ? { perSecond: Math.max(0, done - this.#from.done) / seconds } : {};
  }
}
