import type { Outcome } from "../journal/event.ts";

/** Where a step stands: an outcome once it ended, or why it has none. */
export type Standing = Outcome | "running" | "skipped" | "not-reached";

const marks: Readonly<Record<Standing, string>> = {
  succeeded: "✅",
  "already-done": "✅",
  refused: "⛔",
  failed: "⛔",
  cancelled: "⛔",
  unknown: "❓",
  running: "❓",
  skipped: "➖",
  "not-reached": "➖",
};

const words: Readonly<Record<Standing, string>> = {
  succeeded: "succeeded",
  "already-done": "already done",
  refused: "refused",
  failed: "failed",
  cancelled: "cancelled",
  unknown: "unknown",
  running: "no end recorded",
  skipped: "skipped",
  "not-reached": "not reached",
};

/** The sign and the word together, because a colour or a sign alone does not reach every reader. */
export function sayStanding(standing: Standing): string {
  return `${marks[standing]} ${words[standing]}`;
}

/** The same with a capital, for a headline. */
export function headlineOf(standing: Standing): string {
  const word = words[standing];
  return `${marks[standing]} ${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** True for the two outcomes with which a job succeeds. */
export function isGood(standing: Standing): boolean {
  return standing === "succeeded" || standing === "already-done";
}

/** True when a step stopped its phase or left it in doubt. */
export function isBad(standing: Standing): boolean {
  return (
    standing === "refused" ||
    standing === "failed" ||
    standing === "cancelled" ||
    standing === "unknown"
  );
}
