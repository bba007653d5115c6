import type { Outcome } from "../journal/event.ts";

const exitCodes: Readonly<Record<Outcome, number>> = {
  succeeded: 0,
  "already-done": 0,
  refused: 3,
  failed: 1,
  cancelled: 130,
  unknown: 4,
};

/** The exit code of an outcome; a job succeeds only with `succeeded` and `already-done`. */
export function exitCodeOf(outcome: Outcome): number {
  return exitCodes[outcome];
}
