import { isDeepStrictEqual } from "node:util";
import type { Event, KnownFailure } from "../journal/event.ts";
import { seen } from "./observed.ts";
import { bodiesOf } from "./story.ts";

/** The known failures with which a round was opened; undefined in journals of before they were kept. */
export function openedBaseline(round: readonly Event[]): readonly KnownFailure[] | undefined {
  return bodiesOf(round, "round-opened")[0]?.body.baseline;
}

/** Those that count at the end of these events: a later commit within the round may have changed them. */
export function presentBaseline(round: readonly Event[]): readonly KnownFailure[] | undefined {
  return seen(round, "baseline").at(-1)?.what.entries ?? openedBaseline(round);
}

/** One entry that is not what it was; each line is of one key, marked as a diff marks it. */
export interface ChangedEntry {
  readonly class: string;
  readonly change: "new" | "removed" | "changed";
  readonly lines: readonly string[];
}

const keys = ["allowed", "reasons", "why", "seen", "expires", "acceptedBy"] as const;

/** The difference between two baselines, entry by entry. */
export function changedEntries(
  before: readonly KnownFailure[],
  after: readonly KnownFailure[],
): readonly ChangedEntry[] {
  const names = [...new Set([...before, ...after].map((entry) => entry.class))];
  return names.flatMap((name): ChangedEntry[] => {
    const [old, now] = [before, after].map((all) => all.find((entry) => entry.class === name));
    if (isDeepStrictEqual(old, now)) return [];
    const change = old === undefined ? "new" : now === undefined ? "removed" : "changed";
    const lines = keys
      .filter((key) => !isDeepStrictEqual(old?.[key], now?.[key]))
      .flatMap((key) => [...sayKey("-", key, old), ...sayKey("+", key, now)]);
    return [{ class: name, change, lines }];
  });
}

function sayKey(
  mark: "-" | "+",
  key: (typeof keys)[number],
  entry: KnownFailure | undefined,
): string[] {
  const value = entry?.[key];
  if (value === undefined) return [];
  const name = key === "acceptedBy" ? "accepted-by" : key;
  return [`${mark} ${name}: ${typeof value === "string" ? value : value.join(", ")}`];
}
