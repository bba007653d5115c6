import { expect, test } from "vitest";

import { setStage } from "./support/stage.ts";

const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"];

/** Phases and chains that are run once more. */
export function againTests(): void {
  test.concurrent(
    "a finished phase is already done when it is run again, and a finished chain is closed",
    { timeout: 600_000 },
    async (context) => {
      const stage = await setStage(context);
      for (const phase of chain) {
        const first = await stage.run(phase, { runId: "7" });
        expect(first.outputs["outcome"], first.log).toBe("succeeded");
        const acts = stage.bodies("step-intended").length;
        const again = await stage.run(phase, { runId: "7", runAttempt: 2 });
        expect(again.status, again.log).toBe(0);
        expect([phase, again.outputs["outcome"]]).toEqual([phase, "already-done"]);
        expect(stage.bodies("step-intended")).toHaveLength(acts);
      }
      const closed = await stage.run("migrate", { runId: "7", runAttempt: 3 });
      expect(closed.status).toBe(0);
      expect(closed.outputs["outcome"]).toBe("already-done");
      const other = await stage.run("migrate", { runId: "8" });
      expect(other.status).toBe(3);
      expect(other.log).toMatch(/round r\d+t\d+ was closed by chain at .*\n?.*dispatch a new run/);
      expect(stage.bodies("round-opened")).toHaveLength(1);
      expect(stage.bodies("downtime-started")).toHaveLength(1);
      expect(stage.bodies("downtime-ended")).toHaveLength(1);
    },
  );
}
