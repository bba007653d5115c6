import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The page arrives with a later version; until then it says so and leads to what there is. */
export function writePage(out: string): void {
  const page = `<!doctype html><meta charset="utf-8"><title>Rehearsal</title><p>The evidence page arrives with a later version. Until then: <a href="journal.jsonl">journal</a>, <a href="evidence.json">evidence</a>, and the summaries in <a href="summary/">summary</a>.</p>\n`;
  writeFileSync(join(out, "index.html"), page);
}
