import { expect, test } from "vitest";
import { timingsOf } from "../../src/journal/timings.ts";
import { roundTimings } from "../../src/journal/timing.ts";
import { JournalBuilder } from "../report/journal-builder.ts";

/** Moves the clock on and says that a job has handled so many. */
function progress(journal: JournalBuilder, seconds: number, done: number): void {
  journal.wait(seconds);
  journal.observe({ kind: "progress", done, total: 100, perSecond: done / seconds });
}

function migrated(): JournalBuilder {
  const journal = new JournalBuilder();
  journal.phase("migrate", "Migrate");
  journal.step("off", "Writes off", { seconds: 2, act: "off" });
  journal.add({ type: "downtime-started", title: "Writes off" });
  journal.step("jobs", "Jobs", { seconds: 5, act: "go", during: () => progress(journal, 20, 100) });
  journal.endPhase("succeeded", "done", "");
  return journal;
}

test("a step counts to its proven end, with its objects and rate; a downtime that runs has no length", () => {
  const { events } = migrated();
  expect(timingsOf(events)).toEqual({
    phases: { migrate: 27 },
    steps: {
      "migrate/off": { seconds: 2 },
      "migrate/jobs": { seconds: 25, objects: 100, perSecond: 5 },
    },
  });
});

test("what was found done takes nothing from what it took, and the downtime counts to its end", () => {
  const journal = migrated();
  journal.wait(600);
  journal.phase("migrate", "Migrate", 2);
  journal.step("jobs", "Jobs", { seconds: 3, outcome: "already-done" });
  journal.endPhase("already-done", "done", "");
  journal.add({ type: "downtime-ended", title: "Writes on", seconds: 0 });
  const timings = timingsOf(journal.events);
  expect(timings.steps["migrate/jobs"]?.seconds).toBe(25);
  expect(timings.phases).toEqual({ migrate: 27 });
  expect(timings.downtimeSeconds).toBe(25 + 600 + 3);
  expect(roundTimings.parse(timings)).toEqual(timings);
});

test("a step that another run saw to its end took the time between; one that failed begins anew", () => {
  const journal = new JournalBuilder();
  journal.phase("work", "Work");
  journal.step("lost", "Lost", { seconds: 10, outcome: "unknown", act: "go" });
  journal.step("wrong", "Wrong", { seconds: 10, outcome: "failed", act: "go" });
  journal.wait(100);
  journal.phase("work", "Work", 2);
  journal.step("lost", "Lost", { seconds: 5 });
  journal.step("wrong", "Wrong", { seconds: 7, act: "go" });
  expect(timingsOf(journal.events).steps).toEqual({
    "work/lost": { seconds: 10 + 10 + 100 + 5 },
    "work/wrong": { seconds: 7 },
  });
});

test("only the latest round counts", () => {
  const journal = migrated();
  journal.round = "round-2";
  journal.phase("schema", "Schema");
  journal.endPhase("succeeded", "done", "");
  expect(timingsOf(journal.events)).toEqual({ phases: { schema: 0 }, steps: {} });
  expect(timingsOf([])).toEqual({ phases: {}, steps: {} });
});
