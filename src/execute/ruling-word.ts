import { parseDuration } from "../config/duration.ts";

/** What a person can say: how a step ended, or how long the downtime may take. */
export type RulingWord = "done" | "not-done" | { readonly budgetSeconds: number };

/** How a ruling is written. */
export const rulingForms = "done, not-done or budget=DURATION (such as budget=3h)";

/** What a decision on the budget names in the place of a step. */
export const downtimeStep = "downtime";

/** Reads `done`, `not-done` or `budget=3h`; undefined when it is something else. */
export function readRuling(text: string): RulingWord | undefined {
  if (text === "done" || text === "not-done") return text;
  const [, duration] = /^budget=(.+)$/.exec(text) ?? [];
  const budgetSeconds = duration === undefined ? undefined : parseDuration(duration.trim());
  return budgetSeconds === undefined ? undefined : { budgetSeconds };
}
