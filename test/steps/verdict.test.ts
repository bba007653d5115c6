import { describe, expect, test } from "vitest";
import {
  accountFor,
  failuresOf,
  type Account,
  type KnownFailures,
} from "../../src/steps/account.ts";
import type { BaselineEntry, FailureObservation } from "../../src/steps/context.ts";
import { gate } from "../../src/steps/gate.ts";
import { judge } from "../../src/steps/verdict.ts";
import { reconciliation, stage } from "../support/step-context.ts";

const orgs = reconciliation("orgs", ["org_failure", "org_warning"]);

/** An observation: class to its objects, or to a number where the log names none. */
function told(
  attempt: string,
  classes: Readonly<Record<string, readonly string[] | number>>,
  unclassified = 0,
): FailureObservation {
  return {
    attempt,
    unclassified,
    samples: [],
    classes: Object.fromEntries(
      Object.entries(classes).map(([name, found]) => [
        name,
        typeof found === "number"
          ? { count: found, objects: [], samples: [] }
          : { count: found.length, objects: found, samples: [] },
      ]),
    ),
  };
}

function known(
  byObject: Readonly<Record<string, readonly string[]>>,
  unnamed: Readonly<Record<string, number>> = {},
): KnownFailures {
  const causes = Object.entries(byObject).map(
    ([object, classes]) => [object, classes.map((name) => ({ class: name, reason: "" }))] as const,
  );
  return {
    byObject: new Map(causes),
    unnamed: Object.entries(unnamed).map(([name, count]) => ({ class: name, reason: "", count })),
  };
}

/** How many objects each class explains. */
function byClass({ explained }: Account): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { class: name } of explained) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function unnamedOf({ unnamed }: KnownFailures): Record<string, number> {
  return Object.fromEntries(unnamed.map(({ class: name, count }) => [name, count]));
}

describe("failures without a name of an attempt that began with rows in SQL", () => {
  const again = (present: number): FailureObservation => ({
    ...told("migrate#2:1:1", { org_failure: 5 }),
    present,
  });

  test("explain nothing as far as they may only say what is there", () => {
    expect(unnamedOf(failuresOf(orgs, [again(5)]))).toEqual({});
    expect(unnamedOf(failuresOf(orgs, [again(3)]))).toEqual({ org_failure: 2 });
    expect(unnamedOf(failuresOf(orgs, [again(0)]))).toEqual({ org_failure: 5 });
  });

  test("so rows that were never sent stay missing", () => {
    const { missing } = accountFor(["a", "b"], ["a"], failuresOf(orgs, [again(5)]));
    expect(missing).toEqual(["b"]);
  });
});

describe("accountFor", () => {
  test.each([
    [
      "all arrived",
      ["a", "b"],
      ["b", "a"],
      known({}),
      { accounted: 0, missing: [], unexpected: [] },
    ],
    [
      "one is missing without a reason",
      ["a", "b"],
      ["a"],
      known({}),
      { accounted: 0, missing: ["b"], unexpected: [] },
    ],
    [
      "one is missing and a failure names it",
      ["a", "b"],
      ["a"],
      known({ b: ["org_failure"] }),
      { accounted: 1, missing: [], unexpected: [] },
    ],
    [
      "a failure of what arrived all the same is none",
      ["a"],
      ["a"],
      known({ a: ["org_failure"] }),
      { accounted: 0, missing: [], unexpected: [] },
    ],
    [
      "a row that nobody expected",
      ["a"],
      ["a", "x"],
      known({}),
      { accounted: 0, missing: [], unexpected: ["x"] },
    ],
    [
      "a duplicate that arrived once and failed once",
      ["a", "a"],
      ["a"],
      known({ a: ["org_warning"] }),
      { accounted: 1, missing: [], unexpected: [] },
    ],
    [
      "a duplicate that arrived once and nobody speaks of",
      ["a", "a"],
      ["a"],
      known({}),
      { accounted: 0, missing: ["a"], unexpected: [] },
    ],
    [
      "a duplicate that failed twice",
      ["a", "a"],
      [],
      known({ a: ["org_warning", "org_failure"] }),
      { accounted: 2, missing: [], unexpected: [] },
    ],
    [
      "a duplicate of which one failure is known",
      ["a", "a"],
      [],
      known({ a: ["org_failure"] }),
      { accounted: 1, missing: ["a"], unexpected: [] },
    ],
    [
      "failures that name nobody explain as many as they are",
      ["a", "b", "c"],
      [],
      known({}, { org_failure: 2 }),
      { accounted: 2, missing: ["c"], unexpected: [] },
    ],
    [
      "more failures that name nobody than are missing",
      ["a"],
      [],
      known({}, { org_failure: 5 }),
      { accounted: 1, missing: [], unexpected: [] },
    ],
    [
      "a row twice that was there once",
      ["a"],
      ["a", "a"],
      known({}),
      { accounted: 0, missing: [], unexpected: ["a"] },
    ],
  ] as const)("%s", (_, from, to, failures, account) => {
    const { accounted, ...lists } = account;
    const found = accountFor(from, to, failures);
    expect(found).toMatchObject(lists);
    expect(found.explained).toHaveLength(accounted);
  });

  test("counts per class only what it explains", () => {
    const account = accountFor(
      ["a", "b", "c", "d"],
      ["a"],
      known({ a: ["org_failure"], b: ["org_failure"], c: ["org_warning"] }, { org_failure: 9 }),
    );
    expect(byClass(account)).toEqual({ org_failure: 2, org_warning: 1 });
  });
});

describe("failuresOf", () => {
  test("other classes are another reconciliation's", () => {
    expect(failuresOf(orgs, [told("migrate#1", { other: ["a"] })]).byObject.size).toBe(0);
  });

  test("parts of one attempt add up, attempts do not", () => {
    const { byObject } = failuresOf(orgs, [
      told("migrate#1", { org_failure: ["a", "b"] }),
      told("migrate#1", { org_warning: ["a"] }),
      told("migrate#2", { org_failure: ["a", "c"] }),
    ]);
    const classes = [...byObject].map(([object, causes]) => [
      object,
      causes.map((one) => one.class),
    ]);
    expect(Object.fromEntries(classes)).toEqual({
      a: ["org_failure", "org_warning"],
      b: ["org_failure"],
      c: ["org_failure"],
    });
  });

  test("in one class some may be named and others not", () => {
    const part: FailureObservation = {
      ...told("migrate#1", {}),
      classes: { org_failure: { count: 5, objects: ["a", "b", "c"], samples: [] } },
    };
    const found = failuresOf(orgs, [part]);
    expect([found.byObject.size, unnamedOf(found)]).toEqual([3, { org_failure: 2 }]);
  });

  test("a class whose objects come in several parts has none without a name", () => {
    const objects = ["a", "b", "c"];
    const first = { count: 3, objects: objects.slice(0, 2), samples: [] };
    const second = { count: 0, objects: objects.slice(2), samples: [] };
    const found = failuresOf(orgs, [
      { ...told("migrate#1", {}), classes: { org_failure: first } },
      { ...told("migrate#1", {}), classes: { org_failure: second } },
    ]);
    expect(unnamedOf(found)).toEqual({});
  });

  test("what a later attempt of the same step does not name any more explains nothing", () => {
    const found = failuresOf(orgs, [
      told("migrate-orgs#1", { org_failure: 4 }),
      told("migrate-invites#1", { other: 1 }),
      told("migrate-orgs#2", { org_warning: 1 }),
    ]);
    expect(unnamedOf(found)).toEqual({ org_warning: 1 });
  });

  test("another step's attempt does not take them away", () => {
    const found = failuresOf(orgs, [
      told("migrate-orgs#1", { org_failure: 4 }),
      told("migrate-invites#1", { other: 1 }),
    ]);
    expect(unnamedOf(found)).toEqual({ org_failure: 4 });
  });
});

/** Failures of one class, each object with its reason. */
function because(reasons: Readonly<Record<string, string>>): FailureObservation {
  const objects = Object.keys(reasons);
  const told = { count: objects.length, objects, causes: Object.values(reasons), samples: [] };
  return { attempt: "migrate#1", unclassified: 0, samples: [], classes: { org_failure: told } };
}

const entry = (
  name: string,
  allowed: BaselineEntry["allowed"],
  expires?: string,
): BaselineEntry => ({
  class: name,
  why: "looked at",
  seen: "pre-prod",
  allowed,
  ...(expires === undefined ? {} : { expires }),
});

describe("judge", () => {
  const verdictOn = (
    to: readonly string[],
    observations: readonly FailureObservation[],
    baseline: readonly BaselineEntry[],
  ) => {
    const { context } = stage({
      baseline,
      failed: observations,
      resources: { reconciliations: { orgs } },
    });
    const account = accountFor(["a", "b", "c"], to, failuresOf(orgs, observations));
    const ok = account.missing.length + account.unexpected.length === 0;
    const row = {
      name: "orgs",
      title: "organizations",
      sides: { source: 3 },
      accounted: account.explained.length,
      missing: account.missing.length,
      unexpected: account.unexpected.length,
      samples: [],
      ok,
      detail: ok ? "" : "they differ",
    };
    return judge({ ok: true, rows: [row], accounts: new Map([["orgs", account]]) }, context);
  };
  const failed = [told("migrate#1", { org_failure: ["b", "c"] })];

  test.each([
    ["nothing failed", ["a", "b", "c"], [], [], []],
    ["a known class within its count", ["a"], failed, [entry("org_failure", 2)], []],
    [
      "a known class over its count",
      ["a"],
      failed,
      [entry("org_failure", 1)],
      [/2 failures of class org_failure, where the baseline allows 1/],
    ],
    [
      "a class that the baseline does not know",
      ["a"],
      failed,
      [],
      [/2 failures of class org_failure, which the baseline does not know/],
    ],
    [
      "an entry that expired yesterday",
      ["a"],
      failed,
      [entry("org_failure", 2, "2026-11-22")],
      [/org_failure expired on 2026-11-22/],
    ],
    [
      "a reason that is known exactly, and one that fits a pattern",
      ["a"],
      [because({ b: "conflict (23505)", c: "no row" })],
      [{ ...entry("org_failure", 2), reasons: ["conflict (23505)", "no .*"] }],
      [],
    ],
    [
      "a reason that the entry does not know, within the count",
      ["a"],
      [because({ b: "conflict", c: "crash" })],
      [{ ...entry("org_failure", 2), reasons: ["conflict"] }],
      [/1 failures of class org_failure for a reason .*: "crash" ×1/],
    ],
    [
      "a reason of which only a part is known",
      ["a"],
      [because({ b: "conflict", c: "conflict with a crash" })],
      [{ ...entry("org_failure", 2), reasons: ["conflict"] }],
      [/"conflict with a crash" ×1/],
    ],
    [
      "failures whose reason was not read, where reasons are listed",
      ["a"],
      failed,
      [{ ...entry("org_failure", 2), reasons: ["conflict"] }],
      [/2 failures of class org_failure for a reason .*\(none was read\) ×2/],
    ],
    [
      "two of three where two thirds are allowed",
      ["a"],
      failed,
      [entry("org_failure", { percent: 66.7 })],
      [],
    ],
    [
      "two of three where less than that is allowed",
      ["a"],
      failed,
      [entry("org_failure", { percent: 66.6 })],
      [/2 failures of class org_failure, where the baseline allows 1/],
    ],
    ["an entry that expires today", ["a"], failed, [entry("org_failure", 2, "2026-11-23")], []],
    [
      "an expired entry that nobody needs",
      ["a", "b", "c"],
      [],
      [entry("org_failure", 2, "2020-01-01")],
      [],
    ],
    ["failures of what is in SQL all the same", ["a", "b", "c"], failed, [], []],
    ["something missing without a reason", ["a", "b"], [], [], [/organizations: they differ/]],
    [
      "an error that no rule recognises",
      ["a", "b", "c"],
      [told("migrate#1", {}, 1)],
      [],
      [/1 failures of class unclassified/],
    ],
    [
      "an error of an attempt that was done again",
      ["a", "b", "c"],
      [told("migrate#1", {}, 1), told("migrate#2", {})],
      [],
      [],
    ],
    [
      "a class that no reconciliation accounts for",
      ["a", "b", "c"],
      [told("migrate#1", { other: ["x"] })],
      [entry("other", 0)],
      [/1 failures of class other, where the baseline allows 0/],
    ],
  ] as const)("%s", (_, to, observations, baseline, reasons) => {
    const verdict = verdictOn(to, observations, baseline);
    expect(verdict.good).toBe(reasons.length === 0);
    expect(verdict.reasons).toHaveLength(reasons.length);
    for (const [index, reason] of reasons.entries()) expect(verdict.reasons[index]).toMatch(reason);
    expect(verdict.next).toHaveLength(reasons.length);
    for (const next of verdict.next)
      expect(next).toMatch(/run this phase again|dispatch a new run/);
  });

  test("an entry that no longer occurs is shown", () => {
    expect(verdictOn(["a", "b", "c"], [], [entry("org_failure", 2)]).failures).toMatchObject([
      { class: "org_failure", count: 0, allowed: 2, known: true },
    ]);
  });
});

test("a part of a log that nobody read makes a verdict bad, whatever a baseline allows", () => {
  const gap: FailureObservation = { ...told("migrate#1:1:1", {}), gap: true };
  const { context } = stage({ failures: () => [gap], baseline: [entry("unclassified", 100)] });
  const verdict = judge({ ok: true, rows: [], accounts: new Map() }, context);
  expect(verdict).toMatchObject({
    good: false,
    reasons: [expect.stringContaining("of migrate was")],
  });
  expect(verdict.next).toHaveLength(1);
});

test("the gate wants a verdict by the known failures of now", async () => {
  const given = { good: true, reasons: [], baselineDigest: "b1" };
  const spec = { gate: "verdict" };
  const once = { number: 0, id: "", resume: {} };
  const at = (baselineDigest: string) =>
    gate.apply(spec, stage({ verdictOf: () => given, baselineDigest }).context, once);
  expect(await at("b1")).toMatchObject({ outcome: "succeeded" });
  expect(await at("b2")).toMatchObject({
    outcome: "not-met",
    detail: expect.stringContaining("changed since"),
  });
});
