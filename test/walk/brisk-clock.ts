import type { Clock } from "../../src/execute/clock.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A clock on which every wait takes longer than it was meant to, so that few waits reach a deadline. */
export class BriskClock implements Clock {
  readonly #fake: FakeClock;
  #alarms: { left: number; ring: () => void }[] = [];

  constructor(begins: string) {
    this.#fake = new FakeClock(begins);
  }

  now(): Date {
    return this.#fake.now();
  }

  pass(seconds: number): void {
    this.#fake.pass(seconds);
  }

  async sleep(seconds: number): Promise<void> {
    this.#fake.pass(seconds * 9);
    await this.#fake.sleep(seconds);
    this.#ring();
  }

  /** Rings after so many sleeps of whoever sleeps. */
  afterSleeps(count: number, ring: () => void): void {
    this.#alarms.push({ left: count, ring });
  }

  #ring(): void {
    for (const alarm of this.#alarms) alarm.left -= 1;
    const due = this.#alarms.filter(({ left }) => left <= 0);
    this.#alarms = this.#alarms.filter(({ left }) => left > 0);
    for (const { ring } of due) ring();
  }
}
