import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type BudgetView, withProjection } from "../../src/execute/downtime-budget.ts";
import { estimateOf } from "../../src/execute/estimate.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { replay } from "../../src/journal/replay.ts";
import { makePlan, phaseOf } from "../../src/plan/make-plan.ts";
import type { PlannedStep } from "../../src/plan/plan.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { agreed, JournalBuilder } from "../report/journal-builder.ts";

/* Of the shipped runbook: 12,000 orgs, then what its other jobs handle, and a watch of five minutes in cutover. */

const root = join(import.meta.dirname, "../..");
const plan = makePlan(
  loadRunbook(join(root, "runbooks/org-migration/runbook.yml")),
  loadInventory(join(root, "inventory/pre-prod.yml")),
  { read_only_watch: "5m", downtime_budget: "2h" },
);
const migrate = phaseOf(plan, "migrate");

function stepOf(id: string): PlannedStep {
  const found = plan.phases.flatMap(({ steps }) => steps).find((step) => step.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}

/** Writes are down, the dets are counted, and 100 s of the orgs migration are over. */
function journal(): JournalBuilder {
  const made = new JournalBuilder();
  made.phase("migrate", "Migrate");
  made.step("orgs-503-on", "Off", { seconds: 0, act: "off" });
  made.add({ type: "downtime-started", title: "Off" });
  const rows = [
    agreed("orgs", "orgs", 12_000, 0),
    agreed("associations", "associations", 60_000, 0),
    agreed("invites", "invites", 600, 0),
    agreed("groups", "groups", 1_200, 0),
  ];
  made.step("dets-complete", "Dets", {
    seconds: 0,
    during: () => made.observe({ kind: "reconciled", rows }),
  });
  made.wait(100);
  return made;
}

function migrated(made: JournalBuilder, step: string, done: number, perSecond: number): void {
  made.step(step, step, {
    act: "migrate",
    seconds: 0,
    during: () => made.observe({ kind: "progress", done, total: done, perSecond }),
  });
}

function viewOf(made: JournalBuilder): BudgetView {
  return {
    plan,
    phase: migrate,
    state: replay(made.events).inRound(made.round),
    now: made.now,
    mutated: true,
  };
}

const progress = { kind: "progress", done: 4_000, total: 12_000, perSecond: 40 } as const;

describe("how long a step is expected to take", () => {
  const estimate = (made: JournalBuilder, phase: string, step: string) =>
    estimateOf(phase, stepOf(step), replay(made.events).inRound(made.round));

  test("nobody knows of the first job, nor by a job that was over before it could tell a rate", () => {
    const made = journal();
    expect(estimate(made, "migrate", "migrate-associations")).toBeUndefined();
    migrated(made, "migrate-orgs", 40, 13);
    expect(estimate(made, "migrate", "migrate-associations")).toBeUndefined();
  });

  test("by the slowest rate of this round", () => {
    const made = journal();
    migrated(made, "migrate-orgs", 12_000, 40);
    migrated(made, "migrate-associations", 60_000, 200);
    expect(estimate(made, "migrate", "migrate-invites")).toEqual({
      seconds: 15,
      from: "600 objects at 40/s, the slowest rate of this round so far (migrate-orgs)",
    });
  });

  test("as in a rehearsed environment, scaled by what there is to handle; that counts before any rate", () => {
    const made = journal();
    migrated(made, "migrate-orgs", 12_000, 40);
    const steps = {
      "migrate/migrate-associations": { seconds: 60, objects: 6_000 },
      "migrate/create-dets": { seconds: 90 },
    };
    made.add({ type: "expected-timings", source: "pre-prod", timings: { phases: {}, steps } });
    expect(estimate(made, "migrate", "migrate-associations")).toEqual({
      seconds: 600,
      from: "60000 objects, where 6000 took 60 s in pre-prod",
    });
    expect(estimate(made, "migrate", "create-dets")).toEqual({
      seconds: 90,
      from: "as in pre-prod",
    });
  });

  test("as long as the runbook itself waits; of everything else nothing is known", () => {
    expect(estimate(journal(), "cutover", "watch-read-only")?.seconds).toBe(300);
    expect(estimate(journal(), "cutover", "flip-to-sql")).toBeUndefined();
  });
});

describe("the projection at a poll", () => {
  test("is what is left of this job, the later jobs at its rate, and the waits before reopening", () => {
    const seen = withProjection(viewOf(journal()), stepOf("migrate-orgs"), progress);
    const later = (60_000 + 600 + 1_200) / 40;
    expect(seen).toEqual({
      ...progress,
      downtime: {
        elapsedSeconds: 100,
        budgetSeconds: 7200,
        // `drained` is not done in this journal, but it lies before this step.
        // The two watches of the cutover, each as long as the runbook says.
        expectedSeconds: 100 + 8_000 / 40 + later + 300 + 10,
        unknownJobs: [],
      },
    });
  });

  test("names the jobs of which nothing is known yet", () => {
    const early = { kind: "progress", done: 0, total: 12_000, perSecond: 0 } as const;
    const { downtime } = withProjection(viewOf(journal()), stepOf("migrate-orgs"), early);
    expect(downtime).toMatchObject({
      expectedSeconds: 410,
      unknownJobs: ["migrate-orgs", "migrate-associations", "migrate-invites", "migrate-groups"],
    });
  });

  test("goes by what a person decided last", () => {
    const made = journal();
    made.add({ type: "downtime-budget", seconds: 10_800, reason: "agreed", by: "bob" });
    const { downtime } = withProjection(viewOf(made), stepOf("migrate-orgs"), progress);
    expect(downtime?.budgetSeconds).toBe(10_800);
  });

  test("there is none where no downtime runs", () => {
    const made = new JournalBuilder();
    made.phase("migrate", "Migrate");
    expect(withProjection(viewOf(made), stepOf("migrate-orgs"), progress)).toEqual(progress);
  });
});
