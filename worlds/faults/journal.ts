import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { before, completes, type Fault } from "./fault.ts";

/** The journal is not as it was left. */
export const journalFaults: readonly Fault[] = [
  {
    name: "journal-torn",
    cause: "journal",
    title: "the journal's last line is torn: its writer died in the middle",
    end: `cut off, kept beside and said; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      appendFileSync(scene.journalFile, '{"version":1,"sequence":99,"at":"2026-');
      scene.must(await scene.run("schema"), ["succeeded"], /torn bytes/);
    },
  },
  {
    name: "journal-edited",
    cause: "journal",
    title: "somebody edited a line of the journal",
    end: "refused, with the line; put back, the chain completes",
    after: before("schema"),
    completes: true,
    async play(scene) {
      const text = readFileSync(scene.journalFile, "utf8");
      const lines = text.split("\n");
      lines[4] = (lines[4] ?? "").replace('"by":"rehearsal"', '"by":"somebody-else"');
      writeFileSync(scene.journalFile, lines.join("\n"));
      scene.must(await scene.run("schema"), ["refused"], /journal\.jsonl:5: /);
      writeFileSync(scene.journalFile, text);
    },
  },
  {
    name: "journal-of-another-environment",
    cause: "journal",
    title: "the journal's folder is marked as another environment's",
    end: "refused and named, nothing changed; put right, the chain completes",
    after: before("schema"),
    completes: true,
    async play(scene) {
      const marker = join(scene.journalFolder, "environment");
      const text = readFileSync(marker, "utf8");
      writeFileSync(marker, "prod\n");
      const says = /belongs to environment "prod", wanted "pre-prod"/;
      scene.must(await scene.run("schema"), ["refused"], says);
      writeFileSync(marker, text);
    },
  },
];
