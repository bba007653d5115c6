/** How long what is cancelled may take to end by itself: GitHub leaves ten seconds for everything. */
const graceSeconds = 3;

/** A unit whose end nobody waits for any more: it may write nothing and change nothing from then on. */
export class AbandonedError extends Error {
  override readonly name = "AbandonedError";
}

/** Lets work that is cancelled end by itself, and leaves it alone when it does not. */
export class Abandonable {
  #abandoned = false;

  /** Throws once the work was abandoned; asked before it writes or changes something. */
  check(): void {
    if (this.#abandoned) throw new AbandonedError("nobody waits for this any more");
  }

  /** Resolves as the work does; rejects with an `AbandonedError` when it does not end in time after the abort. */
  async run<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = Promise.withResolvers<never>();
    const aborted = (): void => {
      timer = setTimeout(() => {
        this.#abandoned = true;
        late.reject(
          new AbandonedError(
            `it did not end within ${graceSeconds} s, so it was left alone; what was sent may still run`,
          ),
        );
      }, graceSeconds * 1000);
    };
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      signal.removeEventListener("abort", aborted);
      clearTimeout(timer);
    }
  }
}
