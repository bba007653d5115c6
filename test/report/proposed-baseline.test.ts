import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError } from "../../src/config/problem.ts";
import { loadBaseline } from "../../src/inventory/load-baseline.ts";
import type { FailureRow } from "../../src/journal/event.ts";
import { changedEntries } from "../../src/report/baseline.ts";
import { failedObjects } from "../../src/report/failed-objects.ts";
import { proposeBaseline, proposedYaml } from "../../src/report/proposed-baseline.ts";
import { folderOf } from "../config/write-file.ts";
import * as round from "./example-round.ts";
import { JournalBuilder } from "./journal-builder.ts";

function row(name: string, more: Partial<FailureRow>): FailureRow {
  const none = { count: 1, allowed: 0, why: "", known: false, samples: [], problem: "unknown" };
  return { class: name, ...none, ...more };
}

function judged(failures: FailureRow[]): JournalBuilder {
  const journal = new JournalBuilder();
  round.preflight(journal);
  journal.phase("migrate", "Migrate");
  journal.step("verdict", "Verdict", {
    kind: "reconcile",
    during: () =>
      journal.add({ type: "verdict", good: false, reasons: [], next: [], rows: [], failures }),
  });
  return journal;
}

const covered = { count: 3, known: true, uncovered: 0, problem: undefined };
const failures = [
  row("org_migration_failure", covered),
  row("group_failure", { count: 4, reasons: { "no (row)": 3, conflict: 1 } }),
  row("unclassified", { count: 2 }),
  row("many_reasons", { count: 30, reasons: Object.fromEntries(reasons(30)) }),
  row("did_not_occur", { count: 0, problem: undefined }),
];

function reasons(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [`reason ${index}`, 1]);
}

test("what is proposed is refused until a person has written what only a person knows", () => {
  const proposed = proposeBaseline(judged(failures).events);
  if (proposed === undefined) throw new Error("nothing is proposed");
  const text = proposedYaml(proposed);
  const file = join(folderOf({ "proposed.yml": text }), "proposed.yml");
  const problems = problemsIn(() => loadBaseline(file));
  expect(problems).toHaveLength(4);
  for (const problem of problems)
    expect(problem).toMatch(/: \d\/(why|accepted-by): has to be written/);
  writeFileSync(file, text.replaceAll(/"TODO: .*"/g, "looked up by ada"));
  const entries = loadBaseline(file);
  expect(entries.map((one) => [one.class, one.allowed, one.reasons])).toEqual([
    ["org_migration_failure", 3, undefined],
    ["group_failure", 4, ["conflict", "no \\(row\\)"]],
    ["many_reasons", 30, undefined],
  ]);
  expect(entries[0]?.acceptedBy).toBe("the accounts team");
  expect(entries[1]?.seen).toMatch(/^pre-prod on 2026-11-\d\d, run https:/);
  expect(text).toContain("# 2 errors fit no failure rule");
});

function problemsIn(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split("\n") : [String(error)];
  }
}

test("the difference names what is new, gone and changed, key by key", () => {
  const known = { class: "a", why: "w", seen: "s", allowed: "1" };
  const before = [known, { ...known, class: "b" }, { ...known, class: "same" }];
  const after = [
    { ...known, allowed: "2", reasons: ["x"] },
    { ...known, class: "same" },
    { ...known, class: "c" },
  ];
  expect(changedEntries(before, after)).toEqual([
    { class: "a", change: "changed", lines: ["- allowed: 1", "+ allowed: 2", "+ reasons: x"] },
    { class: "b", change: "removed", lines: ["- allowed: 1", "- why: w", "- seen: s"] },
    { class: "c", change: "new", lines: ["+ allowed: 1", "+ why: w", "+ seen: s"] },
  ]);
});

test("every name behind the latest verdict, and none of an earlier comparison", () => {
  const journal = new JournalBuilder();
  round.preflight(journal);
  journal.phase("migrate", "Migrate");
  const compared = (missing: string[]) =>
    journal.step("verdict", "Verdict", {
      kind: "reconcile",
      during: () => {
        journal.observe({ kind: "reconciled", rows: [] });
        const differs = { kind: "differences", name: "orgs", title: "orgs" } as const;
        for (const [from, name] of missing.entries())
          journal.observe({ ...differs, from, missing: [name], unexpected: [] });
        const failed = { kind: "judged", class: "org_failure", reason: "conflict" } as const;
        journal.observe({ ...failed, objects: missing.map((name) => `failed-${name}`) });
        journal.add({ type: "verdict", good: false, reasons: [], rows: [], failures: [] });
      },
    });
  compared(["old"]);
  compared(["a", "b"]);
  expect(failedObjects(journal.events, "migrate")).toMatchObject({
    good: false,
    failures: { org_failure: { conflict: ["failed-a", "failed-b"] } },
    differences: { orgs: { missing: ["a", "b"], unexpected: [] } },
  });
});
