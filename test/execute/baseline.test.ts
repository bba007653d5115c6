import { describe, expect, test } from "vitest";
import { changedEntries, openedBaseline, presentBaseline } from "../../src/report/baseline.ts";
import { type Bench, bob, startBench } from "../support/bench.ts";
import type { ProjectOptions } from "../support/project.ts";

const failures = "- { class: org_failure, match: failed }\n";

function entry(more: string): string {
  return `- { class: org_failure, why: gone, seen: test, ${more} }\n`;
}

const past = entry("allowed: 0, expires: 2020-01-01");
const over = ["has an entry that is over", past, /./] as const;
const fine = entry("allowed: 3, accepted-by: ops");
const chain: ProjectOptions = {
  hosts: ["one"],
  failures,
  baseline: fine,
  phases: `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, run: touch undone, check: "if [ -e undone ]; then echo done; else echo not-done; fi" }]
- id: wipe
  dispatched: reset
  round: closes
  steps: [{ id: clear, on: one, run: touch wiped, check: "if [ -e wiped ]; then echo done; else echo not-done; fi" }]`,
};

const broken: readonly (readonly [string, string, RegExp])[] = [
  ["is no YAML", "- class: [", /baseline\.yml:\d+:\d+: /],
  ["allows less than none", entry("allowed: -1"), /baseline\.yml:1:\d+: .*at least 0/],
  [
    "knows any reason",
    entry("allowed: 1, accepted-by: ops, reasons: [.*]"),
    /baseline\.yml:1:\d+: .*matches any reason/,
  ],
  ["was accepted by nobody", entry("allowed: 1"), /baseline\.yml:1:\d+: .*accepted-by/],
];

describe("a baseline", () => {
  test.each(broken)("that %s opens no round", async (_, baseline, says) => {
    const bench = await startBench({ ...chain, baseline });
    const { outcome, sentence } = await bench.run("prepare");
    expect([outcome, bench.journalText()]).toEqual(["refused", ""]);
    expect(sentence).toMatch(says);
  });

  test("with an entry that is over opens no round, and stops none that is open", async () => {
    const bench = await startBench({ ...chain, baseline: past });
    const refused = await bench.run("prepare");
    expect([refused.outcome, bench.journalText()]).toEqual(["refused", ""]);
    expect(refused.sentence).toMatch(/baseline\.yml:1:\d+: 0\/expires: .* expired on 2020-01-01/);
    bench.change({ baseline: fine });
    await bench.through("prepare");
    bench.change({ baseline: past });
    await bench.through("work", "finish");
  });

  test.each([...broken, over])("that %s stops neither rollback nor reset", async (_, baseline) => {
    const bench = await startBench(chain);
    await bench.through("prepare", "work");
    bench.change({ baseline });
    for (const phase of ["back", "wipe"])
      expect((await bench.run(phase, { actor: bob })).outcome).toBe("succeeded");
  });

  test("whose failure rules were broken stops neither rollback nor reset, and every other phase", async () => {
    const bench = await startBench(chain);
    await bench.through("prepare");
    bench.change({ failures: "- { class: org_failure, match: '(' }\n" });
    expect((await bench.run("work")).outcome).toBe("refused");
    for (const phase of ["back", "wipe"])
      expect((await bench.run(phase, { actor: bob })).outcome).toBe("succeeded");
  });

  test("that changed is no other plan; a dispatch with a reason takes the round over and keeps the difference", async () => {
    const bench = await startBench(chain);
    const { plan } = await bench.run("prepare");
    bench.change({ baseline: entry("allowed: 4, accepted-by: ops") });
    const taken = await bench.run("work", {
      actor: bob,
      reason: "looked at it",
      ...(plan === undefined ? {} : { planDigest: plan.digest }),
    });
    expect(taken.outcome).toBe("succeeded");
    expect(difference(taken.events)).toEqual(["- allowed: 3", "+ allowed: 4"]);
    bench.change({ baseline: fine });
    const back = await bench.run("finish", { actor: bob });
    expect([back.outcome, difference(back.events)]).toEqual(["succeeded", []]);
  });
});

function difference(events: Awaited<ReturnType<Bench["run"]>>["events"]): readonly string[] {
  const changes = changedEntries(openedBaseline(events) ?? [], presentBaseline(events) ?? []);
  return changes.flatMap(({ lines }) => lines);
}
