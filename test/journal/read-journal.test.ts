import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event, EventBody } from "../../src/journal/event.ts";
import { JournalError } from "../../src/journal/journal-error.ts";
import { sha256, writeLine } from "../../src/journal/line.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { note, someone } from "./journal-parts.ts";

const expected = { file: "journal.jsonl", environment: "pre-prod" };

function text(
  bodies: readonly EventBody[],
  change: (event: Event) => object = (event) => event,
): string {
  let previous = "";
  return bodies
    .map((body, index) => {
      const at = "2026-11-23T06:00:00.000Z";
      const common = {
        version: 1,
        at,
        environment: "pre-prod",
        runbook: "org-migration",
        round: "r1",
        token: 1,
      } as const;
      const event: Event = {
        ...common,
        sequence: index + 1,
        actor: someone,
        place: {},
        body,
        previous,
      };
      const line = writeLine({ ...event, ...change(event) });
      previous = sha256(line);
      return `${line}\n`;
    })
    .join("");
}

const whole = text(["a", "b", "c"].map(note));

/** What reading says: the error's code and line, or how many events there are and whether something was cut off. */
function reading(journal: string): string {
  try {
    const { events, torn } = readJournal(journal, expected);
    return `${events.length} events${torn === undefined ? "" : ", torn"}`;
  } catch (error) {
    if (error instanceof JournalError) return `${error.code} in line ${error.line}`;
    throw error;
  }
}

describe("reading a journal", () => {
  it("keeps the whole lines of one that was torn anywhere", () => {
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const kept = whole.slice(0, length);
        const lines = kept.split("\n").length - 1;
        const isTorn = kept !== "" && !kept.endsWith("\n");
        expect(reading(kept)).toBe(`${lines} events${isTorn ? ", torn" : ""}`);
      }),
    );
  });

  it("notices any single byte that was changed", () => {
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      to: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        const bytes = Buffer.from(whole);
        fc.pre(bytes[at] !== to);
        bytes[at] = to;
        expect(reading(bytes.toString("latin1"))).toMatch(/^broken|^newer-version/);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["a line that is missing", whole.replace(/\n.*\n/, "\n"), "broken in line 1"],
    ["a first line that is missing", whole.replace(/^.*\n/, ""), "broken in line 1"],
    ["a doubled line", whole.replace(/^(.*\n)/, "$1$1"), "broken in line 1"],
    ["an edited line", whole.replace('"b"', '"B"'), "broken in line 2"],
    ["an edited last line", whole.replace('"c"', '"C"'), "broken in line 3"],
    ["an edited line before a torn one", `${whole.replace('"c"', '"C"')}{"ver`, "broken in line 3"],
    ["an empty line", whole.replace("\n", "\n\n"), "broken in line 2"],
    ["a gap in the numbers", text([note("a")], () => ({ sequence: 2 })), "broken in line 1"],
    [
      "an unknown event",
      text([note("a")], () => ({ body: { type: "danced" } })),
      "broken in line 1",
    ],
    ["a newer version", text([note("a")], () => ({ version: 2 })), "newer-version in line 1"],
    [
      "another environment",
      text([note("a")], () => ({ environment: "prod" })),
      "other-environment in line 1",
    ],
  ])("refuses %s", (_, journal, said) => {
    expect(reading(journal)).toBe(said);
  });

  it("says what, where and what next", () => {
    expect(() => readJournal(whole.replace('"b"', '"B"'), expected)).toThrow(
      /^journal\.jsonl:2: this line was changed.* Next: find out who changed the file/,
    );
  });
});
