import { describe, expect, test } from "vitest";

import { evidenceMarkdown } from "../../src/evidence/evidence-markdown.ts";
import { evidenceSchema } from "../../src/evidence/evidence.ts";
import type { JournalBuilder } from "../report/journal-builder.ts";
import { chainJournal, evidenceOf } from "./example.ts";

const ownRun = evidenceOf(chainJournal()).run;

describe("what a run proves", () => {
  test("is proven when every phase, the verdict and the round came to a good end", () => {
    const evidence = evidenceOf(chainJournal());
    expect(evidence).toMatchObject({ proven: true, why: [], merelyDone: [], round: "round-1" });
    expect(evidence.phases).toMatchObject([
      { phase: "preflight", outcome: "succeeded", attempts: 1 },
      { phase: "schema", outcome: "succeeded", attempts: 1, seconds: 1 },
    ]);
    expect(evidence.verdict?.rows).toHaveLength(1);
    expect(evidenceSchema.parse(JSON.parse(JSON.stringify(evidence)))).toEqual(evidence);
  });

  test("the known failures are those by which the verdict was given, not those of the round's opening", () => {
    const entries = [{ class: "org_gone", why: "gone", seen: "here", allowed: "2" }];
    const journal = chainJournal((made) => {
      made.observe({ kind: "baseline", digest: "b2", entries });
      const good = { good: true, reasons: [], rows: [], failures: [] };
      made.add({ type: "verdict", ...good, baselineDigest: "b2" });
    });
    expect(evidenceOf(journal)).toMatchObject({ baselineDigest: "b2", baseline: entries });
    expect(evidenceOf(chainJournal())).toMatchObject({ baselineDigest: "b1", baseline: [] });
  });

  const failures: readonly (readonly [string, (journal: JournalBuilder) => void, RegExp])[] = [
    [
      "a bad verdict",
      (journal) =>
        journal.add({ type: "verdict", good: false, reasons: ["x"], rows: [], failures: [] }),
      /verdict is bad/,
    ],
    [
      "a step that was merely found done",
      (journal) => journal.step("late", "Late", { outcome: "already-done" }),
      /schema\/late was merely found done/,
    ],
    [
      "one host's part that was merely found done",
      (journal) => {
        const place = { phase: "schema", step: "two", host: "pg2" };
        journal.add({ type: "step-started", title: "Two", kind: "run", hosts: ["pg1", "pg2"] });
        journal.add({ type: "step-ended", outcome: "already-done", detail: "", seconds: 0 }, place);
        const whole = { phase: "schema", step: "two" };
        journal.add({ type: "step-ended", outcome: "succeeded", detail: "", seconds: 0 }, whole);
      },
      /^schema\/two@pg2 was merely found done$/,
    ],
  ];
  test.each(failures)("%s proves nothing", (_, change, why) => {
    const evidence = evidenceOf(chainJournal(change));
    expect(evidence.proven).toBe(false);
    expect(evidence.why.join("\n")).toMatch(why);
  });

  test("a step that an earlier attempt of the round did counts, and a console that ran already is no gap", () => {
    const journal = chainJournal((made) => {
      made.step("deploy", "Deploy", { outcome: "already-done" });
      made.step("console", "Start the console", { kind: "control", outcome: "already-done" });
    });
    expect(evidenceOf(journal)).toMatchObject({ proven: true, merelyDone: [] });
  });

  test.each([
    ["another runbook digest", { runbookDigest: "d2" }, /changed in mid-round/],
    ["a job that was lost", { jobProblems: ["job Schema ended failure"] }, /job Schema/],
    ["a phase that was not started", { phases: ["preflight", "schema", "x"] }, /x was not started/],
    ["a journal that this run did not write", { events: [] }, /has written nothing/],
    ["a round in which another run acted", { run: { ...ownRun, id: "4712" } }, /written nothing/],
    ["a rollback's demand on a chain's round", { of: "rollback" }, /closed by chain/],
  ] as const)("%s proves nothing", (_, changes, why) => {
    const evidence = evidenceOf(chainJournal(), changes);
    expect(evidence.proven).toBe(false);
    expect(evidence.why.join("\n")).toMatch(why);
  });

  test("what was skipped is named, and is no gap, unless it was done after all", () => {
    const skip = (step: string) =>
      ({ type: "step-skipped", title: step, reason: `no ${step}` }) as const;
    const journal = chainJournal((made) => {
      for (const step of ["signed", "late", "elsewhere"])
        made.add(skip(step), { phase: step === "elsewhere" ? "reset" : "schema", step });
      made.step("late", "Late", { act: "late" });
    });
    const evidence = evidenceOf(journal);
    expect(evidence).toMatchObject({ proven: true, why: [] });
    expect(evidence.skipped).toEqual([{ step: "schema/signed", reason: "no signed" }]);
    expect(evidenceMarkdown(evidence, "c")).toContain("Skipped: `schema/signed` (no signed)");
  });

  test("a rollback is proven by its own phase and by the round that it closed", () => {
    const journal = chainJournal();
    journal.events.pop();
    journal.phase("rollback", "Flip back");
    journal.step("flip", "Flip back", { act: "flip" });
    journal.endPhase("succeeded", "done", "");
    journal.add({ type: "round-closed", by: "rollback", state: "couch serves" });
    const asked = { of: "rollback", phases: ["rollback"], runbookDigest: "d2" } as const;
    expect(evidenceOf(journal, asked)).toMatchObject({ proven: true, why: [], of: "rollback" });
    expect(evidenceOf(journal)).toMatchObject({ proven: false });
  });

  test("what another run did in the round is not this run's proof", () => {
    const journal = chainJournal((made) => made.step("late", "Late", { act: "late" }));
    const [first] = journal.events;
    const events = journal.events.map((event) =>
      event.sequence <= 5 && first !== undefined
        ? { ...event, actor: { ...event.actor, run: "4000" } }
        : event,
    );
    const evidence = evidenceOf(journal, { events });
    expect(evidence.why).toContain("run 4000 acted in the round, too");
  });

  test("a rollback that had nothing to put back proves nothing", () => {
    const journal = chainJournal();
    journal.events.pop();
    journal.phase("rollback", "Flip back");
    journal.step("flip", "Flip back", { outcome: "already-done" });
    journal.endPhase("succeeded", "done", "");
    journal.add({ type: "round-closed", by: "rollback", state: "couch serves" });
    const asked = { of: "rollback", phases: ["rollback"] } as const;
    expect(evidenceOf(journal, asked).why).toEqual(["rollback/flip was merely found done"]);
  });
});
