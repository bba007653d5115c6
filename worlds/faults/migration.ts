import { before, completes, type Fault, type MoverVersion } from "./fault.ts";
import { ends, progresses } from "./moments.ts";
import { typeWhenFree } from "./operator.ts";
import { good } from "./scene.ts";

const callback = "migrate mover_org_migration_callback";

/** What befalls a migration by itself, and another operator's migration. */
export const migrationFaults: readonly Fault[] = [
  {
    name: "fatal-stop",
    cause: "node",
    title: "the manager stops the orgs migration early, with fatal_stop and without cause",
    end: `failed with the number that was done; the re-run goes on; ${completes}`,
    setting: { mover: { stopAt: 20 } },
    after: before("migrate"),
    completes: true,
    extra: { "migrate mover_org_migration_callback": 1 },
    async play(scene) {
      scene.must(await scene.run("migrate"), ["failed"], /stopped early by itself after \d+ of 60/);
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "early-stop",
    cause: "node",
    title: "somebody halts the orgs migration: it stops early without fatal_stop",
    end: `failed with the number that was done; the re-run goes on; ${completes}`,
    // It stalls, so that it is still under way when somebody halts it.
    setting: { mover: { stallAt: 20 } },
    after: before("migrate"),
    completes: true,
    extra: { [callback]: 1 },
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      scene.must(await job.kill(), ["killed"]);
      await typeWhenFree(scene, "mover_manager:halt_actions().");
      scene.must(await scene.run("migrate"), ["failed"], /stopped early after \d+ of 60/);
      scene.must(await scene.run("migrate"), good);
    },
  },
  {
    name: "stalled-manager",
    cause: "node",
    title: "the manager loses its timeout and works on nothing for ever",
    end: `recognised, freed once, and ${completes}`,
    setting: { mover: { stallAt: 20 } },
    after: before("migrate"),
    completes: true,
    async play(scene) {
      scene.must(await scene.run("migrate"), ["succeeded"], /stalled at .*freed with/);
    },
  },
  ...(["2.2.14", "2.2.17"] as const).map((version) => otherOperator(version)),
];

function otherOperator(moverVersion: MoverVersion): Fault {
  return {
    name: `other-operators-migration-${moverVersion}`,
    cause: "node",
    title: `another operator's migration runs when the phase comes to its own (mover ${moverVersion})`,
    end: "refused or failed with what was seen, nothing sent on top of it; when theirs has ended, the chain completes",
    // It stalls, so that it is still under way however long the re-run takes.
    setting: { moverVersion, mover: { stallAt: 20 } },
    after: before("migrate"),
    completes: true,
    // Theirs; what failed in it stands in no attempt of ours, so ours is sent once as well.
    extra: { [callback]: 1 },
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(ends("sleep-time"));
      scene.must(await job.kill(), ["killed"]);
      await typeWhenFree(scene, "mover_manager:migrate(all, 20, mover_org_migration_callback).");
      await scene.until(() => callback in scene.far.calls(), "the other migration began");
      scene.must(await scene.run("migrate"), ["refused", "failed"], /under way/);
      scene.expect(scene.far.calls()[callback] === 1, "a second migration was sent");
      await typeWhenFree(scene, "gen_fsm:send_event(mover_manager, timeout).");
      await scene.until(
        async () => (await scene.far.rows("SELECT id FROM orgs")).length === 57,
        "the other migration ended",
      );
      scene.must(await scene.run("migrate"), good);
    },
  };
}
