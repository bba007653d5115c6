import { before, completes, type Fault } from "./fault.ts";
import { ends, intends, progresses } from "./moments.ts";
import { good } from "./scene.ts";

/** The runner is lost: killed, without a word and without cleaning up. */
export const runnerFaults: readonly Fault[] = [
  {
    name: "runner-killed-in-run-step",
    cause: "runner",
    title: "the runner is killed while make deploy runs on the first host",
    end: completes,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 2);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      scene.must(await job.kill(), ["killed"]);
      scene.must(await scene.run("schema"), ["succeeded"], /an earlier attempt .* following it/);
      scene.expect((await attempts(scene, "pg1")) === 1, "make deploy was started a second time");
    },
  },
  {
    name: "runner-killed-in-evaluation",
    cause: "runner",
    title: "the runner is killed while mover builds the dets",
    end: completes,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(intends("create-dets"));
      await scene.until(() => "create_account_dets" in scene.far.calls(), "mover was asked");
      scene.must(await job.kill(), ["killed"]);
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
  {
    name: "runner-killed-in-migration",
    cause: "runner",
    title: "the runner is killed while organizations are migrated",
    end: completes,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(intends("migrate-orgs"));
      await job.reaches(progresses("migrate-orgs"));
      scene.must(await job.kill(), ["killed"]);
      scene.must(await scene.run("migrate"), ["succeeded"], /an earlier attempt .* following it/);
    },
  },
  {
    name: "runner-killed-between-steps",
    cause: "runner",
    title: "the runner is killed when one step is over and the next has not begun",
    end: completes,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(ends("orgs-503-on"));
      scene.must(await job.kill(), ["killed"]);
      scene.must(await scene.run("migrate"), ["succeeded"], /already done · Put orgs in 503 mode/);
    },
  },
  {
    name: "runner-killed-during-cancel",
    cause: "runner",
    title:
      "the job is cancelled in a migration, and its runner is killed before it has ended itself",
    end: completes,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      job.interrupt();
      await job.kill();
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "runner-killed-in-flip",
    cause: "runner",
    title: "the runner is killed between the settings of the flip, and one of them is lost",
    end: `the flags are read back and the missing one is set as a new attempt; ${completes}`,
    after: before("cutover"),
    completes: true,
    extra: { "org_related_endpoints_to_couch false": 1 },
    async play(scene) {
      const fault = { lost: "couchdb_associations", pauseSeconds: 1 } as const;
      await scene.far.disturbFlags(fault);
      const job = scene.start("cutover");
      await job.reaches(intends("flip-to-sql"));
      await scene.until(
        async () => (await scene.far.flags()).couchdb_organizations === "false",
        "the first setting arrived",
      );
      scene.must(await job.kill(), ["killed"]);
      scene.must(await scene.run("cutover"), ["failed"], /couchdb_associations=true/);
      scene.must(await scene.run("cutover"), ["succeeded"]);
    },
  },
];

type Stage = Parameters<Fault["play"]>[0];

/** Whether a job of the schema's deployment has begun on its host. */
export async function jobRuns(scene: Stage, host: "pg1" | "pg2"): Promise<boolean> {
  const { stdout } = await scene.far.sh(host, "cat .runbook-phase/jobs/*deploy-schema*/pid");
  return stdout !== "";
}

/** How many jobs there were for the schema's deployment. */
export async function attempts(scene: Stage, host: "pg1" | "pg2"): Promise<number> {
  const { stdout } = await scene.far.sh(host, "ls -d .runbook-phase/jobs/*deploy-schema*");
  return stdout.split("\n").filter((line) => line !== "").length;
}
