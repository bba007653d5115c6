import { describe, expect, it } from "vitest";
import { explainFailure, type Failure } from "../../src/report/failure.ts";
import { tellPhase } from "../../src/report/story.ts";
import { examplePlan } from "./example-plan.ts";
import { JournalBuilder } from "./journal-builder.ts";

function failureOf(journal: JournalBuilder): Failure | undefined {
  return explainFailure(tellPhase(journal.events, "cutover", examplePlan, journal.now));
}

describe("explainFailure", () => {
  it("has nothing to explain of a phase that succeeded or still runs", () => {
    const journal = new JournalBuilder();
    journal.phase("cutover", "Cutover");
    expect(failureOf(journal)).toBeUndefined();
    journal.endPhase("already-done", "", "");
    expect(failureOf(journal)).toBeUndefined();
  });

  it("names the step in doubt before one that failed after it", () => {
    const journal = new JournalBuilder();
    journal.phase("cutover", "Cutover");
    journal.step("flip-to-sql", "Flip", { act: "flip", outcome: "unknown", detail: "lost" });
    journal.step("clean-up", "Clean up", { outcome: "failed", detail: "no" });
    journal.endPhase("unknown", "", "look");
    expect(failureOf(journal)).toMatchObject({
      title: "cutover › Flip",
      what: "❓ unknown: lost",
      next: "look",
    });
  });

  it("names the step that was under way when the phase was cancelled", () => {
    const journal = new JournalBuilder();
    journal.phase("cutover", "Cutover");
    journal.step("all-has-gone-well", "All has gone well");
    const place = { phase: "cutover", step: "flip-to-sql" };
    journal.add({ type: "step-started", title: "Flip", kind: "eval", hosts: ["couch1"] }, place);
    journal.add({ type: "step-intended", act: "flip().", id: "a", resume: {} }, place);
    journal.endPhase("cancelled", "Cancelled by SIGINT.", "re-run");
    expect(failureOf(journal)).toEqual({
      title: "cutover › Flip",
      what: "❓ no end recorded: Cancelled by SIGINT.",
      where: ["couch1"],
      lastLines: [],
      known: ["sent, or about to be: flip()."],
      ask: [],
      tells: [],
      rule: [],
      done: ["All has gone well"],
      notDone: ["Flip (running)", "Watch read-only traffic from SQL"],
      next: "re-run",
    });
  });

  it("shows the output of the host that failed, not of the last one", () => {
    const journal = new JournalBuilder();
    journal.phase("cutover", "Cutover");
    journal.step("flip-to-sql", "Flip", {
      outcome: "failed",
      detail: "one host failed",
      perHost: {
        a: { outcome: "failed", detail: "exit status 2", tail: ["broken"] },
        b: { outcome: "succeeded", tail: ["fine"] },
      },
    });
    journal.endPhase("failed", "", "");
    expect(failureOf(journal)).toMatchObject({
      where: ["a: exit status 2"],
      lastLines: ["broken"],
    });
    expect(failureOf(journal)?.next).not.toBe("");
  });

  it("explains a phase that was refused before its first step", () => {
    const journal = new JournalBuilder();
    journal.phase("cutover", "Cutover");
    journal.endPhase("refused", "The plan has changed.", "dispatch again");
    expect(failureOf(journal)).toMatchObject({
      title: "cutover › Cutover",
      what: "⛔ refused: The plan has changed.",
      done: [],
      next: "dispatch again",
    });
  });
});
