import { replay } from "../../src/journal/replay.ts";
import { before, completes, type Fault } from "./fault.ts";
import { judgeFlags } from "./judge.ts";
import { progresses } from "./moments.ts";
import type { Scene } from "./scene.ts";

const second = "migrate mover_org_user_association_migration_callback";
const third = "migrate mover_org_user_invites_migration_callback";

/** Writes are down longer than they may be, and a person has to decide. */
export const budgetFaults: readonly Fault[] = [
  {
    name: "budget-too-small",
    cause: "person",
    title: "the downtime's budget is spent while the second migration runs",
    end: `that migration is followed to its end, and the third is refused with writes still down and the clock running; a decision without a reason, or too small, is refused; with a longer budget and a reason, ${completes}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-associations"));
      scene.must(await job.kill(), ["killed"]);
      await spendBudget(scene);
      const spent = /following it[\s\S]*the budget is spent: writes are down for/;
      scene.must(await scene.run("migrate"), ["refused"], spent);
      await standsStill(scene);
      scene.must(await scene.run("migrate"), ["refused"], /ruling budget=DURATION/);
      await decides(scene);
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
];

/** Far less than what has elapsed, however fast the machine is. */
async function spendBudget(scene: Scene): Promise<void> {
  await scene.until(
    () => replay(scene.events()).downtime(new Date()).seconds > 10,
    "ten seconds of downtime",
  );
  await scene.changeInventory(({ vars }) => {
    vars["downtime_budget"] = "5s";
  });
}

async function standsStill(scene: Scene): Promise<void> {
  const calls = scene.far.calls();
  scene.expect(calls[second] === 1, `the second migration was sent ${calls[second] ?? 0} times`);
  scene.expect(calls[third] === undefined, "the third migration was sent");
  judgeFlags(await scene.far.flags(), { orgs_503_mode: "true", couchdb_organizations: "true" });
  const state = replay(scene.events());
  scene.expect(state.downtime(new Date()).running, "the downtime clock does not run");
  scene.expect(state.step("migrate", "migrate-associations").done, "the second was not followed");
}

async function decides(scene: Scene): Promise<void> {
  const decide = (ruling: string, reason: string, step = "downtime") =>
    scene.dispatch("resolve", { inputs: { step, ruling }, reason });
  const refuses = async (ruling: string, reason: string): Promise<void> => {
    const { status } = await decide(ruling, reason);
    scene.expect(status !== 0, `ruling ${ruling} was taken, with the reason "${reason}"`);
  };
  await refuses("budget=1h", "");
  await refuses("budget=soon", "agreed with support");
  scene.must(await decide("budget=6s", "a try"), ["refused"], /is spent already/);
  scene.must(await decide("budget=1h", "a try", "migrate-orgs"), ["refused"], /the downtime's/);
  scene.must(
    await decide("budget=1h", "agreed with support"),
    ["succeeded"],
    /a budget of 1:00:00/,
  );
}
