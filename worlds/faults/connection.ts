import { before, completes, type Fault } from "./fault.ts";
import { begins, intends, progresses } from "./moments.ts";
import { attempts, jobRuns } from "./runner.ts";
import { good } from "./scene.ts";

/** The network, or sshd, goes away beneath a job whose runner lives on. */
export const connectionFaults: readonly Fault[] = [
  {
    name: "connection-silent-in-run-step",
    cause: "network",
    title: "the connection to the first host hears nothing more while make deploy runs there",
    end: `the dead peer is noticed and the job followed on a new connection; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 3);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      scene.links.pg1.freeze();
      scene.must(await job.ended, ["succeeded"], /connecting again to follow the job/);
    },
  },
  {
    name: "connection-silent-in-polling",
    cause: "network",
    title: "the connection to mover's host hears nothing more while a migration is polled",
    end: `the dead peer is noticed; re-run where need be, the migration is followed and never sent again; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      scene.links.couch1.freeze();
      const first = scene.must(await job.ended, ["succeeded", "unknown"]);
      if (first.outcome === "unknown") scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "sshd-restarted-in-run-step",
    cause: "sshd",
    title: "sshd of the first host is restarted while make deploy runs there",
    end: `the job is followed on a new connection; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 4);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.far.stopSshd("pg1");
      await scene.far.startSshd("pg1");
      scene.must(await job.ended, ["succeeded"], /connecting again to follow the job/);
    },
  },
  {
    name: "sshd-restarted-in-polling",
    cause: "sshd",
    title: "sshd of mover's and the journal's host is restarted while a migration is polled",
    end: `journal and console are reached again, within the phase or on re-run; ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      await scene.far.stopSshd("couch1");
      await scene.far.startSshd("couch1");
      const first = scene.must(await job.ended, ["succeeded", "unknown"]);
      if (first.outcome === "unknown") scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "bastion-lost",
    cause: "sshd",
    title: "the jump host before the first database host dies while make deploy runs there",
    end: `the job is followed through it when it is back, within the phase or on re-run; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.changeInventory(({ hosts }) => {
        if (hosts["pg1"] !== undefined) hosts["pg1"].jump = "redis1";
      });
      await scene.far.slowDeploy("pg1", 5);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.far.stopSshd("redis1");
      await job.says(/connecting again to follow the job/);
      await scene.far.startSshd("redis1");
      const first = scene.must(await job.ended, ["succeeded", "unknown"]);
      if (first.outcome === "unknown") scene.must(await scene.run("schema"), good);
      scene.expect((await attempts(scene, "pg1")) === 1, "make deploy was started a second time");
    },
  },
  {
    name: "journal-host-unreachable-at-start",
    cause: "network",
    title: "the journal's host takes no connection when a phase begins",
    end: "refused, nothing changed; when it answers again, the chain completes",
    after: before("schema"),
    completes: true,
    async play(scene) {
      scene.links.couch1.close();
      scene.must(await scene.run("schema"), ["refused"], /couch1/);
      scene.expect(!(await jobRuns(scene, "pg1")), "something was started without a journal");
      scene.links.couch1.open();
    },
  },
  {
    name: "journal-host-unreachable-in-the-middle",
    cause: "network",
    title: "the journal's host takes no connection any more while make deploy runs on another",
    end: `the step in hand ends on its host, the phase stops as unknown, nothing after it starts; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 2);
      const job = scene.start("schema");
      await job.reaches(begins);
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      scene.links.couch1.close();
      scene.must(await job.ended, ["unknown"], /the connection to the journal was lost/);
      const second = await jobRuns(scene, "pg2");
      scene.expect(!second, "the second host was begun without a journal");
      scene.links.couch1.open();
      scene.must(await scene.run("schema"), good);
    },
  },
];
