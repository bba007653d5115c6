import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/journal/event.ts";
import { createLog } from "../../src/report/log.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { examplePlan } from "./example-plan.ts";
import * as round from "./example-round.ts";
import { JournalBuilder } from "./journal-builder.ts";

const nasty = [
  "<script>alert(1)</script>",
  "</pre><script>",
  "</details>",
  "|",
  "\\|",
  "`",
  "``",
  "``` ",
  "\n",
  "\r",
  "\r\n",
  "\u2028",
  "::error::",
  ":",
  "::",
  "##[",
  "##",
  "[",
  "](javascript:x)",
  "![",
  "&lt;script>",
  "&#60;",
  "\u202e",
  "\u0000",
  "\u001b[2J",
  "\u001b]8;;x\u0007",
  "**",
  "_",
  "# ",
  "- ",
  "$",
  "\ud800",
  "<!--",
  "é🙂",
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary", maxLength: 6 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

/** What the engine itself writes and every view compares; all other text may come from anywhere. */
const fixed = new Set([
  "type",
  "kind",
  "outcome",
  "state",
  "action",
  "ruling",
  "at",
  "round",
  "previous",
  "phase",
  "environment",
]);

/** The value with the next text of `texts` in place of each text, names of records included. */
function replaceText(value: unknown, next: () => string, depth = 0): unknown {
  if (typeof value === "string") return next();
  if (Array.isArray(value)) return value.map((item) => replaceText(item, next, depth));
  if (value === null || typeof value !== "object") return value;
  const inRecord = depth > 0;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const record =
      ["values", "sides", "classes", "tables", "reasons"].includes(key) && !Array.isArray(item);
    const name = inRecord ? `${key}${next()}` : key;
    return [
      name,
      !inRecord && fixed.has(key)
        ? item
        : replaceText(item, next, record ? 1 : key === "" ? depth : 0),
    ];
  });
  return Object.fromEntries(entries);
}

function poisoned(texts: readonly string[]): readonly Event[] {
  let index = 0;
  const next = (): string => texts[index++ % texts.length] ?? "";
  const journal = new JournalBuilder();
  round.preflight(journal);
  round.schemaThatFails(journal);
  round.migrateBadly(journal);
  round.cutoverUnknown(journal);
  round.reopen(journal);
  round.rollbackWithLosses(journal);
  return journal.events.map((event) => ({
    ...event,
    body: replaceText(event.body, next) as Event["body"],
    actor: { ...event.actor, by: next() },
  }));
}

const control =
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const phases = ["preflight", "schema", "migrate", "cutover", "reopen", "rollback"];

function outsidePre(markdown: string): string[] {
  return markdown.replaceAll(/^<pre>$[^]*?^<\/pre>$/gm, "").split("\n");
}

describe("hostile text in any field of any event", () => {
  it("breaks neither table nor page nor runs as markup in the summary", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 20 }), (texts) => {
        const events = poisoned(texts);
        for (const phase of phases) {
          const page = renderSummary({
            events,
            phase,
            plan: examplePlan,
            now: new Date("2026-11-23T13:00:00Z"),
          });
          expect(page).not.toMatch(/<\/?(?!pre>|details>|summary>|code>|br>)[a-z!]/i);
          expect(page).not.toMatch(/::|##\[/);
          expect(page).not.toMatch(control);
          expect(page.isWellFormed()).toBe(true);
          for (const tag of ["details", "summary", "pre", "code"]) {
            expect(page.split(`<${tag}>`).length).toBe(page.split(`</${tag}>`).length);
          }
          expectWholeTables(outsidePre(page));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is never a workflow command in the log", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 20 }), (texts) => {
        const lines: string[] = [];
        const write = (line: string): void => void lines.push(line);
        const log = createLog({
          write,
          groups: { start: write, end: () => {} },
          secrets: [],
          now: () => new Date(0),
          plan: examplePlan,
        });
        for (const event of poisoned(texts)) log.append(event);
        expect(lines.length).toBeGreaterThan(20);
        for (const line of lines) {
          expect(line).not.toMatch(/[\r\n]|^\s*::|##\[/);
          expect(line.length).toBeLessThanOrEqual(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stays under GitHub's limit when every text is long", () => {
    const long = "<|`&".repeat(5_000);
    const events = poisoned([long, `${long}\n${long}`]);
    const many = phases.map((phase) =>
      renderSummary({ events, phase, plan: examplePlan, now: new Date(0) }),
    );
    for (const page of many) expect(Buffer.byteLength(page)).toBeLessThan(1024 * 1024);
  });
});

/** Every row of a table has as many cell borders as its header. */
function expectWholeTables(lines: readonly string[]): void {
  let borders: number | undefined;
  for (const line of lines) {
    if (!line.startsWith("| ")) {
      borders = undefined;
      continue;
    }
    const own = line.split("|").length;
    borders ??= own;
    expect(own).toBe(borders);
    expect(line.endsWith(" |")).toBe(true);
  }
}
