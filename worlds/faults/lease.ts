import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { before, completes, type Fault } from "./fault.ts";
import { judgeRolledBack } from "./judge.ts";
import { begins, intends, progresses } from "./moments.ts";
import { good, type Scene } from "./scene.ts";

/** Two want to act, or one that acted is gone. */
export const leaseFaults: readonly Fault[] = [
  {
    name: "two-runs-at-once",
    cause: "person",
    title: "another run is dispatched while this one deploys the schema",
    end: `the second is refused and told who acts, since when and in which run; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 4);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      const other = await scene.run("schema", { run: scene.someoneElse() });
      scene.must(other, ["refused"], /the lease is held by .*run 1001 .*since/);
      scene.must(await job.ended, ["succeeded"]);
    },
  },
  {
    name: "second-dispatch-while-parked",
    cause: "person",
    title: "another run is dispatched while this one waits for an approval",
    end: `the second is refused and told whose round it is; ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      for (const phase of ["preflight", "migrate"]) {
        const other = await scene.run(phase, { run: scene.someoneElse() });
        scene.must(other, ["refused"], /belongs to run 1001/);
      }
    },
  },
  {
    name: "lease-left-by-a-dead-run",
    cause: "runner",
    title:
      "a run is killed and leaves lease and round; another run comes, before and after it has expired",
    end: `refused while it may live; after expiry the round is taken over with a reason; ${completes}`,
    after: before("schema"),
    completes: false,
    async play(scene) {
      const job = scene.start("schema");
      await job.reaches(begins);
      scene.must(await job.kill(), ["killed"]);
      const run = scene.someoneElse();
      const reason = "run 1001 is dead";
      const early = await scene.run("schema", { run, reason });
      scene.must(early, ["refused"], /the lease is held by .*run 1001/);
      expire(scene);
      scene.must(await scene.run("schema", { run }), ["refused"], /belongs to run 1001/);
      scene.must(await scene.run("schema", { run, reason }), good, /taken over/);
      scene.must(await scene.run("mover", { run }), good);
      scene.must(await scene.run("schema"), ["refused"], new RegExp(`belongs to run ${run}`));
    },
  },
  {
    name: "rubbish-in-the-lease",
    cause: "journal",
    title: "somebody edited the lease: it is no lease any more",
    end: "refused and named, nothing changed; moved away, the chain completes",
    after: before("schema"),
    completes: true,
    async play(scene) {
      const file = join(scene.journalFolder, "lease");
      writeFileSync(file, "hold my beer\n");
      scene.must(await scene.run("schema"), ["refused"], /this is not a lease/);
      await scene.far.sh("couch1", `mv '${file}' '${file}.away'`);
    },
  },
  {
    name: "overtaken-by-a-rollback",
    cause: "person",
    title: "a rollback is dispatched while this run's migration is under way",
    end: "the rollback reaches its end state; the overtaken run changes nothing more and says why",
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: false,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      const rollback = await scene.dispatch("rollback");
      scene.must(rollback, ["succeeded"]);
      const overtaken = ["unknown", "failed", "refused", "cancelled"];
      scene.must(await job.ended, overtaken, /lease|newer|somebody else|stopped early/i);
      await judgeRolledBack(scene);
    },
  },
];

/** As if the time that a lease may last without being renewed had passed. */
function expire(scene: Scene): void {
  const file = join(scene.journalFolder, "lease");
  const [token, since, , ...holder] = readFileSync(file, "utf8").split(" ");
  writeFileSync(file, [token, since, since, ...holder].join(" "));
}
