import { setImmediate } from "node:timers/promises";

/** A clock that only moves when somebody sleeps, or when a test moves it. */
export class FakeClock {
  #milliseconds: number;
  /** Seconds slept so far, one entry for each sleep. */
  readonly slept: number[] = [];

  constructor(start = "2026-11-23T06:00:00.000Z") {
    this.#milliseconds = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#milliseconds);

  readonly sleep = async (seconds: number): Promise<void> => {
    this.slept.push(seconds);
    this.pass(seconds);
    await setImmediate();
  };

  pass(seconds: number): void {
    this.#milliseconds += seconds * 1000;
  }
}
