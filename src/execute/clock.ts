import { setTimeout as wait } from "node:timers/promises";

/** The time that a phase lives by. Tests have one of their own; everybody else has the machine's. */
export interface Clock {
  now(): Date;
  /** Resolves after so many seconds, or as soon as the signal is aborted; never rejects. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const machineClock: Clock = {
  now: () => new Date(),
  sleep: (seconds, signal) =>
    wait(seconds * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
