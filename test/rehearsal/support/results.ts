import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

import { evidenceSchema } from "../../../src/evidence/evidence.ts";
import { readJournal } from "../../../src/journal/read-journal.ts";
import { filesBelow, type Rehearsed } from "./rehearse.ts";
import { bodiesOf } from "./stage.ts";

/** A rehearsal that came true: its status, its files, their numbers, and nothing left of its world. */
export function expectCameTrue(rehearsed: Rehearsed, phases: readonly string[]) {
  const { status, log, out, left } = rehearsed;
  expect(status, log.slice(-3000)).toBe(0);
  expect(left).toEqual([]);
  expectNoSecrets(rehearsed);
  const [, told = ""] = log.split("━━ Result ━━");
  const results = [...told.matchAll(/^(\w+) +(?:succeeded|already-done)$/gm)].map(
    ([, name]) => name,
  );
  expect(results).toEqual(["plan", ...phases]);
  expect(told.match(/^failures .* same$/gm)?.length).toBeGreaterThan(2);
  expect(told).not.toContain("DIFFERENT");
  const evidence = readFileSync(join(out, "evidence.json"), "utf8");
  expect(evidenceSchema.parse(JSON.parse(evidence)).phases.length).toBeGreaterThan(0);
  for (const phase of new Set(["plan", ...phases]))
    expect(readFileSync(join(out, "summary", `${phase}.md`), "utf8")).toMatch(/^#+ \S/);
  const file = join(out, "journal.jsonl");
  const expected = { file, environment: "pre-prod" };
  const { events, torn } = readJournal(readFileSync(file, "utf8"), expected);
  expect(torn).toBeUndefined();
  const ended = bodiesOf(events, "phase-ended").map(({ outcome }) => outcome);
  expect(ended.filter((outcome) => outcome === "succeeded")).toHaveLength(phases.length);
  return events;
}

/** Neither in a file nor in the log: no private key and no password of the world. */
function expectNoSecrets({ out, log }: Rehearsed): void {
  // What the runner is told to mask never reaches a reader.
  const masks = [...log.matchAll(/^::add-mask::(.+)$/gm)].map(([, secret = ""]) => secret);
  const secrets = [...new Set(masks)].filter((secret) => !secret.includes("%0A"));
  expect(secrets.length).toBeGreaterThan(4);
  const shown = log.replaceAll(/^::add-mask::.*$/gm, "");
  const texts = filesBelow(out).map((file) => [file, readFileSync(file, "utf8")] as const);
  for (const [where, text] of [...texts, ["the log", shown] as const]) {
    expect(text.includes("PRIVATE KEY"), where).toBe(false);
    for (const secret of secrets) expect(text.includes(secret), where).toBe(false);
  }
}
