const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Interrupting = keyof typeof statuses;

/** Ctrl-C or a kill: the job under way is cancelled as GitHub would, and the world is stopped before the rehearsal ends. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #say: (line: string) => void;
  #status: number | undefined;

  constructor(say: (line: string) => void) {
    this.#say = say;
    for (const signal of Object.keys(statuses)) process.on(signal, this.#take);
    // Whoever reads the log went away, such as `head`.
    process.stdout.on("error", () => this.#take("SIGHUP"));
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit status that the signal asks for; undefined while there was none. */
  get status(): number | undefined {
    return this.#status;
  }

  async wait(): Promise<void> {
    if (this.signal.aborted) return;
    // Signal handlers alone do not keep a process alive.
    const alive = setInterval(() => {}, 60_000);
    await new Promise<void>((done) =>
      this.signal.addEventListener("abort", () => done(), { once: true }),
    );
    clearInterval(alive);
  }

  done(): void {
    for (const signal of Object.keys(statuses)) process.off(signal, this.#take);
  }

  readonly #take = (signal: Interrupting): void => {
    if (this.#status !== undefined) return;
    this.#status = statuses[signal];
    this.#say(`\n${signal}: ending the job under way, then stopping the world …`);
    this.#controller.abort();
  };
}
