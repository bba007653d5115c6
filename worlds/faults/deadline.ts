import { before, completes, type Fault } from "./fault.ts";
import { intends } from "./moments.ts";
import { attempts, jobRuns } from "./runner.ts";
import { good, type Scene } from "./scene.ts";

/** That of `make deploy`: other steps have one, too. */
const deployTimeout = "that stands\n        timeout: 30m";

/** Something takes longer than the runbook allows. */
export const deadlineFaults: readonly Fault[] = [
  {
    name: "steps-deadline-passed",
    cause: "person",
    title: "make deploy takes longer than its step may",
    end: `it is left running and named; the re-run follows it; ${completes}`,
    setting: {
      runbook: (text) => limited(text, deployTimeout, deployTimeout.replace("30m", "${limit}")),
    },
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 8);
      await limit(scene, "4s");
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      scene.must(await job.ended, ["unknown", "failed"], /still running after .*it runs on in/);
      await limit(scene, "1h");
      await follows(scene);
    },
  },
  {
    name: "phases-deadline-passed",
    cause: "person",
    title: "make deploy takes longer than its whole phase may",
    end: `the phase stops, the lease is given back, what still runs is named; the re-run follows it; ${completes}`,
    setting: {
      runbook: (text) =>
        limited(
          text,
          "title: Upgrade the schema\n",
          "title: Upgrade the schema\n    timeout: ${limit}\n",
        ),
    },
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 25);
      await limit(scene, "15s");
      const job = scene.start("schema");
      await job.reaches(intends("deploy-schema", "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      scene.must(await job.ended, ["cancelled", "unknown", "failed"], /pg1/);
      await limit(scene, "1h");
      await follows(scene);
    },
  },
];

/** The runbook with a limit that an inventory can change: its text stays the same in the whole round. */
function limited(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the runbook has no ${JSON.stringify(from)} any more`);
  return text
    .replace("vars:\n", "vars:\n  limit: 1h\n")
    .replace("per-environment:\n", "per-environment:\n  - limit\n")
    .replace(from, to);
}

async function limit(scene: Scene, value: string): Promise<void> {
  await scene.changeInventory(({ vars }) => {
    vars["limit"] = value;
  });
}

async function follows(scene: Scene): Promise<void> {
  scene.must(await scene.run("schema"), good, /an earlier attempt .* following it|already done/);
  scene.expect((await attempts(scene, "pg1")) === 1, "make deploy was started a second time");
}
