import { readFileSync } from "node:fs";

import type { Event } from "../../src/journal/event.ts";
import type { Planted } from "../world.ts";

/** One number that was planted, beside what the journal says. */
export interface PlantedCheck {
  readonly what: string;
  readonly planted: number;
  readonly found: number;
}

/** Reads the last verdict of a journal and holds it against what the world planted; undefined when there is none. */
export function checkPlanted(
  journalFile: string,
  planted: Planted,
): readonly PlantedCheck[] | undefined {
  const events = readFileSync(journalFile, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
  const verdict = events.map(({ body }) => body).findLast((body) => body.type === "verdict");
  if (verdict === undefined) return undefined;
  const checks: PlantedCheck[] = [];
  for (const row of verdict.rows) {
    const name = row.name as keyof Planted["source"];
    checks.push({
      what: `${row.title} at the source`,
      planted: planted.source[name],
      found: row.sides["source"] ?? 0,
    });
    checks.push({
      what: `${row.title} in SQL`,
      planted: planted.rows[name],
      found: row.sides["sql"] ?? 0,
    });
  }
  const classes = new Set([
    ...Object.keys(planted.failures),
    ...verdict.failures.filter(({ count }) => count > 0).map((one) => one.class),
  ]);
  for (const name of [...classes].sort()) {
    const found = verdict.failures.find((one) => one.class === name)?.count ?? 0;
    checks.push({ what: `failures ${name}`, planted: planted.failures[name] ?? 0, found });
  }
  return checks;
}
