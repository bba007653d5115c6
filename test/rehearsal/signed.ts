import { expect, test } from "vitest";

import { couchServes, setStage } from "./support/stage.ts";

const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"];
const signing = [
  "preflight/signed-from-couch",
  "preflight/couch-served",
  "cutover/signed-from-sql",
  "cutover/sql-served",
  "reopen/signed-while-open",
  "reopen/sql-serves-on",
  "reopen/write-exercise",
];

/** What the rehearsal's own key shows, and what is said where there is none. */
export function signedTests(): void {
  test.concurrent(
    "a write exercise leaves nothing that a rollback after it would lose",
    { timeout: 600_000 },
    async (context) => {
      const stage = await setStage(context, { liveTraffic: false });
      const runId = await stage.pass(...chain.slice(0, 5));
      const before = stage.rows();
      const reopened = await stage.run("reopen", { runId });
      expect(reopened.outputs["outcome"], reopened.log).toBe("succeeded");
      expect(stage.rows()).toEqual(before);
      const probes = stage
        .bodies("observed")
        .flatMap(({ observation }) => (observation.kind === "probes" ? observation.answers : []));
      const made = probes.filter(
        ({ path, method }) => method === "POST" && path === "/organizations",
      );
      expect(made.filter(({ status }) => status === 201).map(({ host }) => host)).toEqual([
        "erchef1",
        "erchef2",
      ]);
      const back = await stage.run("rollback", { reason: "nothing is lost" });
      expect(back.outputs["outcome"], back.log).toBe("succeeded");
      const losses = stage
        .bodies("observed")
        .flatMap(({ observation }) => (observation.kind === "loss" ? [observation.total] : []));
      expect(new Set(losses)).toEqual(new Set([0]));
      expect(await stage.flags()).toEqual({ orgs_503_mode: "false", ...couchServes });
    },
  );

  test.concurrent(
    "without the key the chain comes through, and every step that signs is named as skipped",
    { timeout: 600_000 },
    async (context) => {
      const stage = await setStage(context);
      const { prober_key: _, ...secrets } = stage.world.secrets;
      const inputs = { secrets: JSON.stringify(secrets) };
      for (const phase of chain) {
        const end = await stage.run(phase, { inputs, runId: "keyless" });
        expect(end.outputs["outcome"], end.log).toBe("succeeded");
      }
      const skipped = stage
        .events()
        .flatMap(({ body, place }) =>
          body.type === "step-skipped" && body.reason === "only when secret prober_key is given"
            ? [`${place.phase}/${place.step}`]
            : [],
        );
      expect(skipped).toEqual(signing);
      const sentences = stage.bodies("phase-ended").map(({ sentence }) => sentence);
      expect(sentences.filter((one) => one.includes("Skipped: "))).toHaveLength(3);
    },
  );
}
