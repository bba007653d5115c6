import { describe, expect, test } from "vitest";

import { probeOrg } from "../../worlds/common/data.ts";
import type { JobEnd } from "../../worlds/rehearsal/action-process.ts";
import { couchServes, noRows, setStage, sqlServes, type Stage } from "./support/stage.ts";

const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"] as const;

/** Rollbacks wait far more than they work, so they run beside the other tests of the embedded world. */
export function rollbackTests(): void {
  describe.concurrent(
    "rollback, from every phase's state, ends in the same one",
    { timeout: 600_000 },
    () => {
      test("before anything was migrated", async (context) => {
        const stage = await setStage(context);
        const itemBefore = stage.world.chef.items.get("environments/pre-prod");
        await rollBack(stage);
        for (const last of ["preflight", "schema", "mover"] as const) {
          await stage.pass(...upTo(last));
          await rollBack(stage);
          expect(stage.rows()).toEqual(noRows);
        }
        expect(stage.bodies("round-closed").map(({ by }) => by)).toEqual(Array(4).fill("rollback"));
        expect(stage.bodies("downtime-started")).toEqual([]);
        // The schema's version was written a round earlier than mover's.
        const item = (): string | undefined => stage.world.chef.items.get("environments/pre-prod");
        expect(item()).toContain('"2.4.0"');
        await stage.pass("restore-data-bags");
        expect(item()).toBe(itemBefore);
      });

      test.for(["cancel", "kill"] as const)(
        "in the middle of a migration (%s)",
        async (by, context) => {
          // Slow enough to be under way still when the rollback comes, also on a busy machine.
          const stage = await setStage(context, { organizations: 300, objectsPerSecond: 8 });
          const runId = await stage.pass(...upTo("mover"));
          const seen = /\borgs [\d,]+ of [\d,]+ \(\d\d?%\)/;
          const cut = await stage.run("migrate", { runId, endAt: { seen, by } });
          expect(cut.status).toBe(by === "cancel" ? 130 : 1);
          expect(await stage.flags()).toEqual({ orgs_503_mode: "true", ...couchServes });
          const end = await rollBack(stage);
          expect(end.log).toContain("Halt a running migration");
          const { orgs } = stage.rows();
          expect(orgs).toBeLessThan(stage.world.planted.rows.orgs);
          expectDowntimeOnce(stage);
          // Halted: nothing goes on writing behind the rollback's back.
          await stage.pass("reset");
          expect(stage.rows()).toEqual(noRows);
        },
      );

      test("after migrate; keep-503 leaves writes closed, reset and a full chain follow", async (context) => {
        const stage = await setStage(context);
        await stage.pass(...upTo("migrate"));
        expect(stage.rows()).toEqual(stage.world.planted.rows);
        const kept = await stage.run("rollback", { inputs: { "keep-503": "true" } });
        expect(kept.outputs["outcome"], kept.log).toBe("succeeded");
        expect(await stage.flags()).toEqual({ orgs_503_mode: "true", ...couchServes });
        expect(await stage.answer("PUT", `/organizations/${probeOrg}`)).toBe(503);
        expect(await stage.answer("GET", `/organizations/${probeOrg}`)).toBe(401);
        expect(stage.bodies("downtime-ended")).toEqual([]);
        await rollBack(stage);
        expectDowntimeOnce(stage);
        const leftovers = await stage.run("preflight");
        expect(leftovers.status).toBe(3);
        expect(leftovers.log).toMatch(/dispatch Reset/);
        await rollBack(stage);
        await stage.pass("reset");
        expect(stage.rows()).toEqual(noRows);
        // Once SQL serves, traffic would add to what was migrated.
        await stage.world.traffic?.stop();
        await stage.pass(...chain);
        expect(stage.rows()).toEqual(stage.world.planted.rows);
        expect(await stage.flags()).toEqual({ orgs_503_mode: "false", ...sqlServes });
      });

      test("after cutover nothing is lost, and nothing has to be accepted", async (context) => {
        const stage = await setStage(context, { moverVersion: "2.2.17" });
        await stage.pass(...upTo("cutover"));
        expect(await stage.flags()).toEqual({ orgs_503_mode: "true", ...sqlServes });
        await rollBack(stage);
        expect(stage.rows()).toEqual(stage.world.planted.rows);
        expectDowntimeOnce(stage);
      });

      test("after reopen only when what is lost was accepted", async (context) => {
        const stage = await setStage(context);
        await stage.pass(...chain);
        const opened = { orgs_503_mode: "false", ...sqlServes };
        expect(await stage.flags()).toEqual(opened);
        await stage.world.traffic?.stop();
        const rows = stage.rows();
        const refused = await stage.run("rollback");
        const lost = Number(refused.outputs["outcome"] === "refused" && wanted(refused));
        expect(lost).toBeGreaterThan(0);
        expect(refused.status).toBe(3);
        const tooFew = await stage.run("rollback", { acceptDataLoss: lost - 1 });
        expect(tooFew.status).toBe(3);
        expect(wanted(tooFew)).toBe(lost);
        expect(await stage.flags()).toEqual(opened);
        expect(stage.rows()).toEqual(rows);
        const accepted = await stage.run("rollback", { acceptDataLoss: lost });
        expect(accepted.outputs["outcome"], accepted.log).toBe("succeeded");
        await expectOpenOnCouch(stage);
      });
    },
  );
}

function upTo(last: (typeof chain)[number]): readonly string[] {
  return chain.slice(0, chain.indexOf(last) + 1);
}

/** Dispatches a rollback that has nothing to lose; it must end in the one state that a rollback ends in. */
async function rollBack(stage: Stage): Promise<JobEnd> {
  const end = await stage.run("rollback");
  expect(end.outputs["outcome"], end.log).toMatch(/^(succeeded|already-done)$/);
  expect(end.status).toBe(0);
  await expectOpenOnCouch(stage);
  return end;
}

async function expectOpenOnCouch(stage: Stage): Promise<void> {
  expect(await stage.flags()).toEqual({ orgs_503_mode: "false", ...couchServes });
  expect(await stage.answer("PUT", `/organizations/${probeOrg}`)).toBe(401);
  expect(await stage.answer("GET", `/organizations/${probeOrg}`)).toBe(401);
  const [last] = stage.bodies("round-closed").slice(-1);
  expect(last).toMatchObject({
    by: "rollback",
    state: expect.stringContaining("orgs_503_mode=false, couchdb_organizations=true"),
  });
}

function expectDowntimeOnce(stage: Stage): void {
  expect(stage.bodies("downtime-started")).toHaveLength(1);
  expect(stage.bodies("downtime-ended")).toHaveLength(1);
}

function wanted({ log }: JobEnd): number {
  return Number(/accept-data-loss (\d+)/.exec(log)?.[1]);
}
