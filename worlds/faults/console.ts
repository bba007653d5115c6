import { setTimeout as sleep } from "node:timers/promises";

import { before, completes, type Fault } from "./fault.ts";
import { ends, intends, progresses, starts } from "./moments.ts";
import { attachWhenFree, startNode, typeWhenFree } from "./operator.ts";
import { good } from "./scene.ts";

/** Mover's node dies, or somebody else is at its console. */
export const consoleFaults: readonly Fault[] = [
  {
    name: "node-killed-in-migration",
    cause: "node",
    title: "mover's node is killed while organizations are migrated",
    end: `unknown; the node is started again and the migration goes on as attempt 2, the verdict whole; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    extra: { "migrate mover_org_migration_callback": 1 },
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      await scene.far.killNode();
      scene.must(await job.ended, ["unknown"]);
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "node-killed-in-dets",
    cause: "node",
    title: "mover's node is killed while it builds the dets",
    end: `the dets are moved aside again and rebuilt; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    extra: { create_account_dets: 1 },
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(intends("create-dets"));
      await scene.until(() => "create_account_dets" in scene.far.calls(), "mover was asked");
      await scene.far.killNode();
      scene.must(await job.ended, ["unknown", "failed"]);
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "console-attached-by-somebody",
    cause: "node",
    title: "another operator is attached to mover's console",
    end: `refused and named, nothing evaluated; when they have left, ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const somebody = await scene.far.attachSomebody();
      scene.must(await scene.run("migrate"), ["refused"], /somebody else is attached/);
      scene.expect(Object.keys(scene.far.calls()).length === 0, "mover was asked all the same");
      await somebody.leave();
    },
  },
  {
    name: "half-a-line-typed",
    cause: "node",
    title: "another operator left half a line in mover's console",
    end: `the line is never evaluated; ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const somebody = await scene.far.attachSomebody();
      somebody.type('mover_org_darklaunch:orgs_503_endpoint_mode("tr');
      await sleep(300);
      await somebody.leave();
    },
  },
  {
    name: "console-taken-in-polling",
    cause: "node",
    title:
      "the runner's terminal is lost while a migration is polled, and another operator attaches",
    end: `unknown or refused and named, the migration runs on; when they have left it is followed, never sent again; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      scene.must(await job.kill(), ["killed"]);
      const somebody = await attachWhenFree(scene);
      scene.must(await scene.run("migrate"), ["unknown", "refused"], /somebody else is attached/);
      await somebody.leave();
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "node-killed-before-flip",
    cause: "node",
    title: "mover's node is killed when the flip is about to be asked for",
    end: "refused, nothing flipped; started by hand, the chain completes",
    after: before("cutover"),
    completes: true,
    async play(scene) {
      await scene.far.killNode();
      scene.must(await scene.run("cutover"), ["refused", "failed", "unknown"], /start/);
      scene.expect(
        (await scene.far.flags()).couchdb_organizations === "true",
        "something was flipped",
      );
      await startNode(scene);
      scene.must(await scene.run("cutover"), good);
    },
  },
  {
    name: "node-restarted-behind-the-runner",
    cause: "node",
    title: "somebody restarts mover's node between two steps",
    end: `noticed or without effect; ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(ends("orgs-503-on"));
      await job.reaches(starts("verify-503"));
      await scene.far.killNode();
      await startNode(scene);
      const first = scene.must(await job.ended, ["succeeded", "failed", "unknown", "refused"]);
      if (first.outcome !== "succeeded") scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "console-busy",
    cause: "node",
    title: "another operator keeps mover's manager busy, longer than anybody waits for an answer",
    end: `refused and named, nothing sent; when the manager is free again, ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(starts("dets-complete"));
      scene.must(await job.kill(), ["killed"]);
      await typeWhenFree(scene, "sys:suspend(mover_manager).");
      const sent = JSON.stringify(scene.far.calls());
      const busy = await scene.run("migrate");
      scene.must(busy, ["refused", "failed", "unknown"], /mover_manager/);
      scene.expect(JSON.stringify(scene.far.calls()) === sent, "something was sent all the same");
      await typeWhenFree(scene, "sys:resume(mover_manager).");
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "shell-busy",
    cause: "node",
    title: "another operator left a long evaluation in mover's shell",
    end: `not waited for and not disturbed: the runner has a shell of its own; ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const somebody = await scene.far.attachSomebody();
      somebody.type("timer:sleep(600000).\r");
      await sleep(500);
      await somebody.leave();
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
];
