import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { before, completes, type Fault } from "./fault.ts";
import { intends } from "./moments.ts";
import { jobRuns } from "./runner.ts";
import type { Scene } from "./scene.ts";

/** A machine has no room left, or another time. */
export const machineFaults: readonly Fault[] = [
  {
    name: "disk-full-under-jobs",
    title: "the disk of the first database host is full: no job directory can be made",
    end: `refused and said, nothing started; with room again, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await replaceProgram(scene, "pg1", "mkdir", diskFull("mkdir", "true"));
      await scene.far.sh("pg1", "touch var/disk-full");
      const says = /pg1: .*refused · pg1: mkdir: No space left on device/;
      scene.must(await scene.run("schema"), ["refused", "failed"], says);
      scene.expect(!(await jobRuns(scene, "pg1")), "make deploy was started without a record");
      await scene.far.sh("pg1", "rm var/disk-full");
      scene.must(await scene.run("schema"), ["succeeded"]);
    },
  },
  {
    name: "disk-full-under-journal",
    title: "the disk under the journal is full while make deploy runs on another host",
    end: `the phase stops as unknown and says why, nothing after the step in hand starts; with room again, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await replaceProgram(
        scene,
        "couch1",
        "head",
        diskFull("head", '[ "$1" = -c ] && [ $# -eq 2 ]'),
      );
      await scene.far.slowDeploy("pg1", 2);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.far.sh("couch1", "touch var/disk-full");
      scene.must(await job.ended, ["unknown"], /No space left on device/);
      scene.expect(!(await jobRuns(scene, "pg2")), "the second host was begun without a journal");
      await scene.far.sh("couch1", "rm var/disk-full");
      scene.must(await scene.run("schema"), ["succeeded"], /an earlier attempt .* following it/);
    },
  },
  {
    name: "clock-of-a-host-off",
    title: "the clocks of the journal's host and of a database host are five minutes fast",
    end: `no effect, also on who holds the lease; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      for (const host of ["couch1", "pg1"] as const)
        await replaceProgram(scene, host, "date", `exec /bin/date -d '5 minutes' "$@"`);
      await scene.far.slowDeploy("pg1", 3);
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      const other = await scene.run("schema", { run: scene.someoneElse() });
      scene.must(other, ["refused"], /the lease is held by .*run 1001/);
      scene.must(await job.ended, ["succeeded"]);
    },
  },
];

/** What a program says when the disk is full; otherwise it is the machine's own. */
function diskFull(program: string, when: string): string {
  return `if [ -e "$HOME/var/disk-full" ] && ${when}; then
  echo "${program}: No space left on device" >&2
  exit 1
fi
exec /bin/${program} "$@"`;
}

/** Puts another program before the machine's own on one host. */
function replaceProgram(
  scene: Scene,
  host: "couch1" | "pg1",
  name: string,
  script: string,
): Promise<void> {
  const file = join(scene.far.directory(host), "bin", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return Promise.resolve();
}
