import { before, completes, type Fault, type MoverVersion } from "./fault.ts";
import { ends, progresses } from "./moments.ts";
import { good } from "./scene.ts";

const callback = "migrate mover_org_migration_callback";

/** What befalls a migration by itself, and another operator's migration. */
export const migrationFaults: readonly Fault[] = [
  {
    name: "fatal-stop",
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

type Scenery = Parameters<Fault["play"]>[0];

/** Another operator types one line, sees it taken and leaves. */
async function typeWhenFree(scene: Scenery, line: string): Promise<void> {
  for (let left = 40; ; left -= 1) {
    try {
      const somebody = await scene.far.attachSomebody();
      // A fresh shell, so that what the lost terminal left half typed is not in front of it.
      somebody.type("\u0007");
      await pause(300);
      somebody.type("s\n");
      await pause(300);
      somebody.type("c\n");
      await pause(300);
      somebody.type(`${line}\r`);
      await pause(700);
      return await somebody.leave();
    } catch (error) {
      if (left === 0) throw error;
      await pause(250);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
