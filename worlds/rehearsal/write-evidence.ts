import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Evidence and the page arrive with later versions; until then these files say so and hold what there is. */
export function writeEvidence(out: string, found: Readonly<Record<string, unknown>>): void {
  const note =
    "Evidence that prod relies on arrives with a later version; this is what this rehearsal found.";
  writeFileSync(
    join(out, "evidence.json"),
    `${JSON.stringify({ note, ...found }, undefined, 2)}\n`,
  );
  const page = `<!doctype html><meta charset="utf-8"><title>Rehearsal</title><p>The evidence page arrives with a later version. Until then: <a href="journal.jsonl">journal</a>, <a href="evidence.json">results</a>, and the summaries in <a href="summary/">summary</a>.</p>\n`;
  writeFileSync(join(out, "index.html"), page);
}
