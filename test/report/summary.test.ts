import { describe, expect, it } from "vitest";
import { event } from "../../src/journal/event.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { examplePlan } from "./example-plan.ts";
import * as round from "./example-round.ts";
import { JournalBuilder } from "./journal-builder.ts";

function summaryOf(journal: JournalBuilder, phase: string): string {
  return renderSummary({ events: journal.events, phase, plan: examplePlan, now: journal.now });
}

function after(...parts: ((journal: JournalBuilder) => unknown)[]): JournalBuilder {
  const journal = new JournalBuilder();
  for (const part of parts) part(journal);
  return journal;
}

const golden = {
  "whole-round-preflight": () => summaryOf(round.wholeRound(), "preflight"),
  "whole-round-schema": () => summaryOf(round.wholeRound(), "schema"),
  "whole-round-migrate": () => summaryOf(round.wholeRound(), "migrate"),
  "whole-round-cutover": () => summaryOf(round.wholeRound(), "cutover"),
  "whole-round-reopen": () => summaryOf(round.wholeRound(), "reopen"),
  "schema-failed-with-hostile-output": () =>
    summaryOf(after(round.preflight, round.schemaThatFails), "schema"),
  "migrate-running": () => summaryOf(after(round.preflight, round.startMigrate), "migrate"),
  "migrate-bad-verdict": () => summaryOf(after(round.preflight, round.migrateBadly), "migrate"),
  "cutover-refused": () => summaryOf(after(round.preflight, round.migrateBadly), "cutover"),
  "cutover-unknown": () =>
    summaryOf(after(round.preflight, round.migrate, round.cutoverUnknown), "cutover"),
  "migrate-past-its-budget": () => {
    const journal = after(round.preflight, round.migratePastItsBudget);
    const plan = { ...examplePlan, downtime: { budgetSeconds: 900 } };
    return renderSummary({ events: journal.events, phase: "migrate", plan, now: journal.now });
  },
  "rollback-with-losses": () =>
    summaryOf(after(round.wholeRound, round.rollbackWithLosses), "rollback"),
};

describe("renderSummary", () => {
  it.each(Object.entries(golden))("shows %s", async (name, render) => {
    await expect(render()).toMatchFileSnapshot(`golden/${name}.md`);
  });

  it("is computed from events that the journal's schema accepts", () => {
    for (const one of round.wholeRound().events) expect(event.parse(one)).toEqual(one);
  });

  it("looks at the latest round only", () => {
    const journal = round.wholeRound();
    journal.round = "round-2";
    round.preflight(journal);
    const summary = summaryOf(journal, "schema");
    expect(summary).toContain("nothing of this phase");
    expect(summary).not.toContain("make deploy ended");
  });

  it("shows a refusal before the phase could start, not the attempt before it", () => {
    const journal = after(round.preflight, round.schemaThatFails);
    journal.endPhase(
      "refused",
      "The plan has changed since it was approved.",
      "Dispatch the workflow again.",
    );
    const [headline, , sentence] = summaryOf(journal, "schema").split("\n");
    expect(headline).toMatch(/^## ⛔ Refused: /);
    expect(sentence).toBe("The plan has changed since it was approved.");
  });

  it("masks a secret also where escaping would have hidden it", () => {
    const journal = after(round.preflight);
    journal.observe({ kind: "note", text: "password is p|<a>_ss here" });
    const summary = renderSummary({
      events: journal.events,
      phase: "preflight",
      plan: examplePlan,
      now: journal.now,
      secrets: ["p|<a>_ss"],
    });
    expect(summary).toContain("password is &#42;&#42;&#42; here");
    expect(summary).not.toContain("ss here");
  });

  it("still has every section's heading when a million lines do not fit", () => {
    const journal = new JournalBuilder();
    journal.phase("schema", "Upgrade the schema");
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} ${"x".repeat(30)}`);
    for (let step = 0; step < 3; step += 1) {
      journal.step(`step-${step}`, `Step ${step}`, {
        during: () => {
          journal.observe({ kind: "output", title: `Output ${step}`, host: "h1", lines });
          for (let index = 0; index < 500; index += 1)
            journal.observe({ kind: "note", text: `note ${index} `.repeat(40) });
        },
      });
    }
    journal.endPhase("succeeded", "done", "next");
    const summary = summaryOf(journal, "schema");
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toMatch(/… [\d,]+ more lines are left out here/);
    for (const heading of [
      "### Steps",
      "Output 0 on h1",
      "Output 2 on h1",
      "### Notes",
      "### What comes next",
      "### Record",
    ]) {
      expect(summary).toContain(heading);
    }
    expect(summary.split("<details>").length).toBe(summary.split("</details>").length);
    expect(summary.split("<pre>").length).toBe(summary.split("</pre>").length);
  });
});
