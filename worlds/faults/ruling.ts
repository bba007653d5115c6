import { before, completes, type Fault } from "./fault.ts";
import { intends } from "./moments.ts";
import { attempts, jobRuns } from "./runner.ts";

const step = "deploy-schema";

/** Nothing can tell how a step ended, and a person has to. */
export const rulingFaults: readonly Fault[] = [
  {
    name: "ruled-by-a-person",
    cause: "host",
    title:
      "the first database host is rebooted while make deploy runs, and its database stays down",
    end: `unknown, also on re-run, until a person rules with a reason; a ruling without one, or on another step, is refused; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.slowDeploy("pg1", 60);
      const job = scene.start("schema");
      await job.reaches(intends(step, "pg1"));
      await scene.until(() => jobRuns(scene, "pg1"), "make deploy was started");
      await scene.far.stopDatabase("pg1");
      await scene.far.reboot("pg1");
      await scene.far.slowDeploy("pg1", 0);
      scene.must(await job.ended, ["unknown"], /left no exit status/);
      scene.must(await scene.run("schema"), ["unknown"], /resolve/i);
      const rule = (asked: string, reason: string) =>
        scene.dispatch("resolve", { inputs: { step: asked, ruling: "not-done" }, reason });
      const unreasoned = await rule(step, "");
      scene.expect(unreasoned.status !== 0, "a ruling without a reason was taken");
      scene.must(await rule("start-console", "a guess"), ["refused"], /is not in doubt/);
      scene.must(await rule(step, "sqitch log by hand, on the disk of the host"), ["succeeded"]);
      await scene.far.startDatabase("pg1");
      scene.must(await scene.run("schema"), ["succeeded"]);
      scene.expect((await attempts(scene, "pg1")) === 2, "the re-run was no new attempt");
    },
  },
];
