import { existsSync } from "node:fs";
import { join } from "node:path";

import { before, chain, completes, type Fault } from "./fault.ts";
import { judgeRolledBack } from "./judge.ts";
import { intends, progresses, starts, type Moment } from "./moments.ts";
import type { RunningJob } from "./running-job.ts";
import type { Scene } from "./scene.ts";

/** Where each phase is when it is cancelled. */
const moments: Readonly<Record<(typeof chain)[number], Moment>> = {
  preflight: starts("probes-open"),
  schema: intends("deploy-schema", "pg1"),
  mover: intends("start-console"),
  migrate: progresses("migrate-orgs"),
  cutover: starts("watch-read-only"),
  reopen: starts("resolution"),
};

const inTime = "cancelled within the time that GitHub leaves, the lease given back";

/** The job is cancelled, as GitHub cancels it: a signal, and a few seconds. */
export const cancelFaults: readonly Fault[] = [
  ...chain.map((phase): Fault => ({
    name: `cancelled-in-${phase}`,
    cause: "person",
    title: `the job of ${phase} is cancelled (${moments[phase].what})`,
    end: `${inTime}; ${completes}`,
    ...(phase === "migrate" ? { setting: { slowMigrations: true } } : {}),
    after: before(phase),
    completes: true,
    async play(scene) {
      if (phase === "schema") await scene.far.slowDeploy("pg1", 4);
      const job = scene.start(phase);
      await job.reaches(moments[phase]);
      await cancel(scene, job);
      await scene.pass(phase);
    },
  })),
  {
    name: "cancelled-with-a-hung-node",
    cause: "node",
    title: "mover's node hangs while organizations are migrated, and the job is cancelled",
    end: `${inTime}; when the node goes on, ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      scene.far.pauseNode();
      await cancel(scene, job);
      scene.far.resumeNode();
      await scene.pass("migrate");
    },
  },
  {
    name: "cancelled-in-rollback",
    cause: "person",
    title:
      "the rollback is dispatched when cutover is done, and cancelled when it is about to flip",
    end: `${inTime}; dispatched again, couch serves, writes are open and the round is closed`,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      const job = scene.start("rollback", { run: scene.someoneElse(), reason: "rehearsal" });
      await job.reaches(intends("flip-to-couch"));
      await cancel(scene, job);
      scene.must(await scene.dispatch("rollback"), ["succeeded"]);
      await judgeRolledBack(scene);
    },
  },
];

async function cancel(scene: Scene, job: RunningJob): Promise<void> {
  scene.must(await job.cancel(), ["cancelled"]);
  scene.expect(!existsSync(join(scene.journalFolder, "lease")), "the lease was not given back");
}
