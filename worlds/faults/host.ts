import { before, completes, type Fault } from "./fault.ts";
import { intends, progresses } from "./moments.ts";
import { startNode } from "./operator.ts";
import { attempts, jobRuns } from "./runner.ts";
import { good } from "./scene.ts";

/** A host loses processes, or all of them. */
export const hostFaults: readonly Fault[] = [
  {
    name: "job-killed-on-host",
    cause: "host",
    title: "make deploy is killed on its host",
    end: `failed with the signal; the re-run is a new attempt; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 30);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.until(async () => {
        const { stdout } = await scene.far.sh("pg1", killChildren);
        return stdout.includes("killed");
      }, "make deploy was killed");
      scene.must(await job.ended, ["failed"], /was killed by signal SIGKILL/);
      await scene.far.slowDeploy("pg1", 0);
      scene.must(await scene.run("schema"), ["succeeded"]);
      scene.expect((await attempts(scene, "pg1")) === 2, "the re-run was no new attempt");
    },
  },
  {
    name: "host-rebooted-in-run-step",
    cause: "host",
    title: "the first database host is rebooted while make deploy runs: only files are left",
    end: `unknown until its check has decided; sqitch tells what stands; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 30);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.far.reboot("pg1");
      await scene.far.slowDeploy("pg1", 0);
      scene.must(await job.ended, ["unknown"], /left no exit status/);
      scene.must(await scene.run("schema"), ["succeeded"]);
    },
  },
  {
    name: "host-rebooted-in-migration",
    cause: "host",
    title: "mover's and the journal's host is rebooted while organizations are migrated",
    end: `unknown; the node is started, what is in SQL is recognised, the migration goes on as a new attempt; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    extra: { "migrate mover_org_migration_callback": 1 },
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      await scene.far.reboot("couch1");
      scene.must(await job.ended, ["unknown"]);
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "host-rebooted-in-flip",
    cause: "host",
    title: "mover's and the journal's host is rebooted between the settings of the flip",
    end: `unknown or failed; the flags in Redis tell what was set, the missing ones are set as a new attempt; ${completes}`,
    after: before("cutover"),
    completes: true,
    extra: { "org_related_endpoints_to_couch false": 1 },
    async play(scene) {
      await scene.far.disturbFlags({ pauseSeconds: 2 });
      const job = scene.start("cutover");
      await job.reaches(intends("flip-to-sql"));
      await scene.until(
        async () => (await scene.far.flags()).couchdb_organizations === "false",
        "the first setting arrived",
      );
      await scene.far.reboot("couch1");
      scene.must(await job.ended, ["unknown", "failed"]);
      const { couchdb_association_requests: last } = await scene.far.flags();
      scene.expect(last === "true", "all of the settings arrived before the reboot");
      await startNode(scene);
      scene.must(await scene.run("cutover"), good);
    },
  },
];

/** Kills what the job's shell has started, and leaves that shell to write down how it ended. */
const killChildren = `
read -r wrapper rest < "$(ls -d .runbook-phase/jobs/*deploy-schema*/pid)"
for stat in /proc/[0-9]*/stat; do
  { read -r line < "$stat"; } 2>/dev/null || continue
  pid=\${line%% *}; set -- \${line##*") "}
  if [ "$4" = "$wrapper" ] && [ "$pid" != "$wrapper" ] && [ "$2" = "$wrapper" ]; then
    kill -KILL "$pid" && echo killed
  fi
done`;
