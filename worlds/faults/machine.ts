import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { before, completes, type Fault } from "./fault.ts";
import { intends } from "./moments.ts";
import { attempts, jobRuns } from "./runner.ts";
import { good, type Scene } from "./scene.ts";

/** A machine has no room left, or another time. */
export const machineFaults: readonly Fault[] = [
  {
    name: "disk-full-under-jobs",
    cause: "host",
    title: "the disk of the first database host is full: no job directory can be made",
    end: `refused and said, nothing started; with room again, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      const disk = await scene.far.smallDisk("pg1", "jobs");
      await disk.fill();
      const says = /pg1: .*refused · pg1: .*No space left on device/;
      scene.must(await scene.run("schema"), ["refused", "failed"], says);
      scene.expect(!(await jobRuns(scene, "pg1")), "make deploy was started without a record");
      await disk.makeRoom();
      scene.must(await scene.run("schema"), ["succeeded"]);
    },
  },
  {
    name: "disk-full-at-a-jobs-end",
    cause: "host",
    title:
      "the disk of the first database host is full when make deploy ends: its output and its end have no room",
    end: `ends with the truth, on its own or when there is room again; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      const disk = await scene.far.smallDisk("pg1", "jobs");
      await scene.far.slowDeploy("pg1", 3);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      const command = await commandOf(scene);
      await disk.fill();
      await scene.until(() => !existsSync(`/proc/${command}`), "make deploy ended", 120);
      await disk.makeRoom();
      const first = scene.must(await job.ended, ["succeeded", "failed", "unknown"]);
      if (first.outcome !== "succeeded") scene.must(await scene.run("schema"), good);
      const sent = await attempts(scene, "pg1");
      scene.expect(sent === 1 || first.outcome === "failed", "make deploy was sent again unasked");
    },
  },
  {
    name: "disk-full-under-journal",
    cause: "host",
    title: "the disk under the journal is full while make deploy runs on another host",
    end: `the step in hand ends with the truth, the phase stops as unknown and says why, nothing starts without a record; with room again, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      const disk = await scene.far.smallDisk("couch1", "journal");
      await scene.far.slowDeploy("pg1", 2);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await disk.fill();
      scene.must(await job.ended, ["unknown"], /No space left on device/);
      const begun = await jobRuns(scene, "pg2");
      scene.expect(!begun || intended(scene, "pg2"), "the second host was begun without a record");
      await disk.makeRoom();
      // The last block of a full disk may still take a line or two.
      const says = /an earlier attempt .* following it|pg1: .*already done/;
      scene.must(await scene.run("schema"), ["succeeded"], says);
    },
  },
  {
    name: "clock-of-a-host-off",
    cause: "host",
    title:
      "the clock of the journal's host is five minutes fast, that of a database host five minutes slow",
    end: `no effect, also on who holds the lease; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      otherTime(scene, "couch1", "5 minutes");
      otherTime(scene, "pg1", "5 minutes ago");
      await scene.far.slowDeploy("pg1", 3);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      const other = await scene.run("schema", { run: scene.someoneElse() });
      scene.must(other, ["refused"], /the lease is held by .*run 1001/);
      scene.must(await job.ended, ["succeeded"]);
    },
  },
];

/** The process that runs the job's command, as the child of the one that will write down its end. */
async function commandOf(scene: Scene): Promise<string> {
  const pidFile = ".runbook-phase/jobs/*deploy-schema*/pid";
  const wrapper = (await scene.far.sh("pg1", `cut -d ' ' -f 1 ${pidFile}`)).stdout.trim();
  const children = readFileSync(`/proc/${wrapper}/task/${wrapper}/children`, "utf8");
  return children.split(" ")[0] ?? "";
}

/** Whether the intent stands in the journal, which may end in half a line. */
function intended(scene: Scene, host: string): boolean {
  return readFileSync(scene.journalFile, "utf8")
    .split("\n")
    .some((line) => line.includes('"step-intended"') && line.includes(`"host":"${host}"`));
}

/** Puts another clock before the machine's own on one host. */
function otherTime(scene: Scene, host: "couch1" | "pg1", by: string): void {
  const file = join(scene.far.directory(host), "bin/date");
  writeFileSync(file, `#!/bin/sh\nexec /bin/date -d '${by}' "$@"\n`, { mode: 0o755 });
}
