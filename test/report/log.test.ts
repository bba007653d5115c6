import { describe, expect, it } from "vitest";
import { createLog } from "../../src/report/log.ts";
import { logLines, startLog } from "../../src/report/log-lines.ts";
import { examplePlan } from "./example-plan.ts";
import * as round from "./example-round.ts";
import { JournalBuilder } from "./journal-builder.ts";

function logOf(
  journal: JournalBuilder,
  { folds = true, secrets = [] as readonly string[] } = {},
): string[] {
  const lines: string[] = [];
  const log = createLog({
    write: (line) => lines.push(line),
    groups: folds
      ? { start: (title) => lines.push(`┌ ${title}`), end: () => lines.push("└") }
      : undefined,
    secrets,
    now: () => journal.now,
    plan: examplePlan,
  });
  for (const event of journal.events) log.append(event);
  log.end();
  return lines;
}

describe("the live log", () => {
  it("tells a whole round, with a fold a step and a line when something changes", async () => {
    const journal = round.wholeRound();
    round.rollbackWithLosses(journal);
    await expect(`${logOf(journal).join("\n")}\n`).toMatchFileSnapshot(
      "golden/whole-round.log.txt",
    );
  });

  it("explains an unknown step once, below its fold", async () => {
    const journal = new JournalBuilder();
    round.preflight(journal);
    round.migrate(journal);
    round.cutoverUnknown(journal);
    const lines = logOf(journal);
    const from = lines.findIndex((line) => line.startsWith("▶ Flip the API"));
    await expect(`${lines.slice(from).join("\n")}\n`).toMatchFileSnapshot(
      "golden/cutover-unknown.log.txt",
    );
    expect(lines.filter((line) => line.startsWith("  not done:"))).toHaveLength(1);
  });

  it("says the clock with the progress, and once each time the projection passes the budget or fits again", () => {
    const journal = new JournalBuilder();
    round.migratePastItsBudget(journal);
    expect(logOf(journal).filter((line) => /^orgs |budget|expected/.test(line))).toEqual([
      "expected by pre-prod, round r1: 0 steps, a downtime of 12:40",
      "orgs 4,000 of 12,000 (33%) · 182/s · about 44 s left · writes down 01:12 of 15:00, projected 12:40",
      "orgs 4,100 of 12,000 (34%) · 182/s · about 44 s left · writes down 01:12 of 15:00, projected 16:40",
      "⚠️ the downtime is expected to pass its budget: projected 16:40, budget 15:00",
      "orgs 4,200 of 12,000 (35%) · 182/s · about 43 s left · writes down 01:12 of 15:00, projected 16:50",
      "⏱ sam gave the downtime a budget of 30:00: agreed with <support>",
      "orgs 4,300 of 12,000 (35%) · 182/s · about 43 s left · writes down 01:12 of 30:00, projected 17:00 without migrate-groups",
      "the downtime is expected to fit into its budget again: projected 17:00, budget 30:00",
    ]);
  });

  it("says progress as done, share, rate and time left, and nothing while nothing moves", () => {
    const journal = new JournalBuilder();
    journal.phase("migrate", "Migrate");
    journal.step("migrate-orgs", "Run the orgs migration", {
      during: () => {
        for (const done of [4_210, 4_210, 4_215, 12_000]) {
          journal.wait(3);
          journal.observe({ kind: "progress", done, total: 12_000, perSecond: 182 });
        }
      },
    });
    expect(logOf(journal).filter((line) => line.startsWith("orgs "))).toEqual([
      "orgs 4,210 of 12,000 (35%) · 182/s · about 43 s left",
      "orgs 12,000 of 12,000 (100%) · 182/s",
    ]);
  });

  it("shows the time of day where there are no folds", () => {
    const journal = new JournalBuilder();
    round.preflight(journal);
    const lines = logOf(journal, { folds: false });
    expect(lines[0]).toBe("12:00:03 round round-1 is open");
    expect(lines).toContain("12:00:03 1/2 Couch serves and writes are open (redis1)");
  });

  it("masks secrets and lets no command of a host through", () => {
    const journal = new JournalBuilder();
    journal.phase("schema", "Upgrade");
    journal.step("a", "::group::hunter2", {
      detail: "one\r::error::two\n  ##[add-mask]three hunter2",
      during: () =>
        journal.observe({
          kind: "output",
          title: "out",
          host: "h",
          lines: ["::stop-commands::x", "ok hunter2"],
        }),
    });
    const text = logOf(journal, { secrets: ["hunter2"] }).join("\n");
    expect(text).not.toContain("hunter2");
    expect(text).toContain("***");
    expect(text).not.toMatch(/::|##\[/);
  });

  it("is a pure function of the events", () => {
    const { events } = round.wholeRound();
    const replay = () => {
      let state = startLog(examplePlan);
      return events.flatMap((event) => {
        const before = JSON.stringify(state);
        const step = logLines(event, state);
        expect(JSON.stringify(state)).toBe(before);
        state = step.state;
        return step.entries;
      });
    };
    expect(replay()).toEqual(replay());
  });

  it("closes every fold that it opens", () => {
    const journal = round.wholeRound();
    round.schemaThatFails(journal);
    const lines = logOf(journal);
    let open = 0;
    for (const line of lines) {
      if (line.startsWith("┌")) open += 1;
      if (line === "└") open -= 1;
      expect([0, 1]).toContain(open);
    }
    expect(open).toBe(0);
  });
});
