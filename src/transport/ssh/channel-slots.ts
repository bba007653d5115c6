/** sshd allows 10 sessions on a connection by default; two stay free for whoever else shares it. */
const sessions = 8;
/** What lives long may not take all of them, or no short command would ever get through. */
const longLived = 6;

interface Waiter {
  readonly long: boolean;
  readonly resolve: (release: () => void) => void;
  readonly reject: (error: Error) => void;
}

/** Keeps a connection below the server's limit of concurrent sessions: whoever comes too many waits. */
export class ChannelSlots {
  readonly #waiting: Waiter[] = [];
  #limit = sessions;
  #used = 0;
  #usedLong = 0;
  #closed: Error | undefined;

  /** Resolves with the function that gives the slot back; rejects when the connection is gone. */
  acquire(long: boolean): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ long, resolve, reject });
      this.#serve();
    });
  }

  /** The server refused a session although we were below our limit; true when waiting for another can help. */
  refusedByServer(): boolean {
    const others = this.#used - 1;
    if (others < 1) return false;
    this.#limit = Math.min(this.#limit, others);
    return true;
  }

  close(reason: Error): void {
    this.#closed = reason;
    this.#serve();
  }

  #serve(): void {
    if (this.#closed !== undefined) {
      for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#closed);
      return;
    }
    while (this.#used < this.#limit) {
      const next = this.#waiting.findIndex(
        (waiter) => !waiter.long || this.#usedLong < this.#longLimit(),
      );
      const [waiter] = next < 0 ? [] : this.#waiting.splice(next, 1);
      if (waiter === undefined) return;
      waiter.resolve(this.#take(waiter.long));
    }
  }

  #longLimit(): number {
    return Math.max(1, Math.min(longLived, this.#limit - 1));
  }

  #take(long: boolean): () => void {
    this.#used += 1;
    if (long) this.#usedLong += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used -= 1;
      if (long) this.#usedLong -= 1;
      this.#serve();
    };
  }
}
