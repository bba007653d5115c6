import { replay } from "../../src/journal/replay.ts";
import { before, chain, type Fault } from "./fault.ts";
import { judgeRolledBack } from "./judge.ts";
import { intends, progresses } from "./moments.ts";
import type { Ask, Scene } from "./scene.ts";

const endState =
  "couch serves, writes are open and probed, the clock stands, the round is closed, and one sentence says so";

const titles: Readonly<Record<string, string>> = {
  cutover:
    "the rollback is dispatched when cutover is done, with a number of rows that nobody asked for",
};

const plays: Readonly<Record<string, Fault["play"]>> = {
  // Before reopening nothing can be lost, and no number makes a difference.
  cutover: (scene) => rollBack(scene, { acceptDataLoss: 3 }),
  reopen: afterReopening,
};

/** The way back, from wherever the chain stands and in whatever state it is. */
export const rollbackFaults: readonly Fault[] = [
  ...chain.map((phase): Fault => ({
    name: `rollback-after-${phase}`,
    cause: "person",
    title: titles[phase] ?? `the rollback is dispatched when ${phase} is done`,
    end:
      phase === "reopen"
        ? `refused with the rows that would be lost, also when one too few is accepted, nothing changed; accepted, ${endState}`
        : endState,
    ...(phase === "reopen" ? { setting: { liveTraffic: true } } : {}),
    after: [...before(phase), phase],
    completes: false,
    play: plays[phase] ?? rollBack,
  })),
  {
    name: "rollback-in-migration",
    cause: "node",
    title: "the rollback is dispatched while organizations are migrated and the runner is dead",
    end: `the migration is halted; ${endState}`,
    setting: { slowMigrations: true },
    after: before("migrate"),
    completes: false,
    async play(scene) {
      const job = scene.start("migrate");
      await job.reaches(progresses("migrate-orgs"));
      scene.must(await job.kill(), ["killed"]);
      await rollBack(scene);
    },
  },
  {
    name: "rollback-overtaken-by-a-write",
    cause: "person",
    title: "somebody deletes an invite from SQL between the rollback's two counts",
    end: `503 mode is lifted again and proven so, refused with the new number, SQL goes on serving; accepted, ${endState}`,
    after: [...before("reopen"), "reopen"],
    completes: false,
    async play(scene) {
      const job = scene.start("rollback", { run: scene.someoneElse(), reason: "rehearsal" });
      await job.reaches(intends("writes-off"));
      const first = "SELECT min(id) FROM org_user_invites";
      await scene.far.change(`DELETE FROM org_user_invites WHERE id = (${first})`);
      const wanted = /everything was put back[\s\S]*accept-data-loss 1\b/;
      scene.must(await job.ended, ["refused"], wanted);
      await stillOnSql(scene);
      const state = replay(scene.events());
      scene.expect(!state.downtime(new Date()).running, "the clock runs on");
      const proven = state.step("rollback", "open-again").done;
      scene.expect(proven, "nobody looked whether writes are taken again");
      scene.must(await scene.dispatch("rollback", { acceptDataLoss: 1 }), ["succeeded"]);
      await judgeRolledBack(scene);
    },
  },
  {
    name: "rollback-with-mover-dead",
    cause: "node",
    title: "the rollback is dispatched after the flip, with mover's node dead",
    end: `the node is started; ${endState}`,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      await scene.far.killNode();
      await rollBack(scene);
    },
  },
  {
    name: "rollback-with-mover-broken",
    cause: "node",
    title: "the rollback is dispatched after the flip, with mover's node dead and unable to start",
    end: `the flags are written through redis-cli; ${endState}`,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      await scene.far.killNode();
      await scene.far.sh("couch1", "chmod -x srv/chef_mover/current/bin/mover");
      await rollBack(scene);
    },
  },
];

async function rollBack(scene: Scene, ask: Ask = {}): Promise<void> {
  scene.must(await scene.dispatch("rollback", ask), ["succeeded"]);
  await judgeRolledBack(scene);
}

/** People have written to SQL by then; the number that is asked for has to be given. */
async function afterReopening(scene: Scene): Promise<void> {
  await scene.until(
    async () => (await scene.far.rows("SELECT name FROM orgs WHERE name LIKE 'late-%'")).length > 0,
    "somebody wrote to SQL",
  );
  const asked = await refusedRollback(scene);
  await refusedRollback(scene, { acceptDataLoss: asked - 1 });
  const ended = await scene.dispatch("rollback", { acceptDataLoss: asked + 100 });
  scene.must(ended, ["succeeded"]);
  await judgeRolledBack(scene);
}

/** The number that a refused rollback asks for; it has left everything as it was. */
async function refusedRollback(scene: Scene, ask: Ask = {}): Promise<number> {
  const wanted = /accept-data-loss (\d+)/;
  const { log } = scene.must(await scene.dispatch("rollback", ask), ["refused"], wanted);
  await stillOnSql(scene);
  return Number(wanted.exec(log)?.[1]);
}

async function stillOnSql({ far, expect }: Scene): Promise<void> {
  const { couchdb_organizations: couch, orgs_503_mode: closed } = await far.flags();
  expect(couch === "false" && closed === "false", "a refused rollback has changed a flag");
}
