import { readFileSync, writeFileSync } from "node:fs";

import { replay } from "../../src/journal/replay.ts";
import { before, chain, type Fault } from "./fault.ts";
import { judgeFlags } from "./judge.ts";
import { intends } from "./moments.ts";
import type { Scene } from "./scene.ts";

const joined =
  "couch serves, writes are open and probed, the events are kept on another host; with the journal back they join it, the clock stands and the round is closed";

const served = {
  orgs_503_mode: "false",
  couchdb_organizations: "true",
  couchdb_associations: "true",
  couchdb_association_requests: "true",
};

/** The way back where the journal cannot be used: mover's console lies on the same host, so neither can it. */
export const noJournalFaults: readonly Fault[] = [
  {
    name: "rollback-without-journal-host",
    cause: "network",
    title: "the rollback is dispatched after the flip, with the journal's and mover's host gone",
    end: joined,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      scene.links.couch1.close();
      const ended = await scene.dispatch("rollback");
      scene.must(ended, ["succeeded"], /the journal could not be used .*is kept on pg1/);
      judgeFlags(await scene.far.flags(), served);
      scene.links.couch1.open();
      scene.must(await scene.run("reopen"), ["refused", "failed"]);
      judgeFlags(await scene.far.flags(), served);
      await joinsTheJournal(scene);
    },
  },
  {
    name: "rollback-without-journal-after-reopening",
    cause: "network",
    title: "the rollback is dispatched after reopening, with the journal's and mover's host gone",
    end: `refused with the rows that would be lost, counted against the latest snapshot; accepted, ${joined}`,
    setting: { liveTraffic: true },
    after: chain,
    completes: false,
    async play(scene) {
      await scene.until(
        async () =>
          (await scene.far.rows("SELECT name FROM orgs WHERE name LIKE 'late-%'")).length > 0,
        "somebody wrote to SQL",
      );
      scene.links.couch1.close();
      const refused = await scene.dispatch("rollback");
      scene.must(refused, ["refused"], /accept-data-loss \d+/);
      const { couchdb_organizations: flag } = await scene.far.flags();
      scene.expect(flag === "false", "a refused rollback has flipped");
      const asked = Number(/accept-data-loss (\d+)/.exec(refused.log)?.[1]);
      const ended = await scene.dispatch("rollback", { acceptDataLoss: asked + 100 });
      scene.must(ended, ["succeeded"]);
      judgeFlags(await scene.far.flags(), served);
      scene.links.couch1.open();
      await joinsTheJournal(scene);
    },
  },
  {
    name: "journal-host-lost-in-rollback",
    cause: "network",
    title: "the journal's and mover's host goes away in the middle of the rollback's flip",
    end: `unknown, and told to dispatch it again at once; then ${joined}`,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      const job = scene.start("rollback", { run: scene.someoneElse(), reason: "rehearsal" });
      await job.reaches(intends("flip-to-couch"));
      scene.links.couch1.close();
      scene.must(await job.ended, ["unknown"], /dispatch it again at once/);
      scene.must(await scene.dispatch("rollback"), ["succeeded"], /is kept on pg1/);
      judgeFlags(await scene.far.flags(), served);
      scene.links.couch1.open();
      // The first one's lease has not expired yet, and a rollback waits for nobody.
      scene.must(await scene.dispatch("rollback"), ["succeeded", "already-done"]);
      judgeJoined(scene);
    },
  },
  {
    name: "rollback-with-edited-journal",
    cause: "journal",
    title: "the rollback is dispatched after the flip, and the journal was edited by somebody",
    end: joined,
    after: before("reopen"),
    completes: false,
    async play(scene) {
      const text = readFileSync(scene.journalFile, "utf8");
      writeFileSync(scene.journalFile, text.replace('"by":"rehearsal"', '"by":"somebody"'));
      const ended = await scene.dispatch("rollback");
      scene.must(ended, ["succeeded"], /the journal could not be used .*this line was changed/);
      judgeFlags(await scene.far.flags(), served);
      writeFileSync(scene.journalFile, text);
      await joinsTheJournal(scene);
    },
  },
];

/** The next run finds the events: it is refused, since rows are in SQL, and the journal tells of the rollback. */
async function joinsTheJournal(scene: Scene): Promise<void> {
  const next = await scene.run("preflight", { run: scene.someoneElse() });
  scene.must(next, ["refused", "failed"]);
  judgeJoined(scene);
  judgeFlags(await scene.far.flags(), served);
}

function judgeJoined(scene: Scene): void {
  const told = scene.events();
  const added = told.filter(({ body }) => body.type === "repaired");
  scene.expect(added.length === 1, `events joined the journal ${added.length} times, wanted once`);
  const [first] = replay(told).rounds;
  scene.expect(first?.closedBy === "rollback", `round 1 was closed by ${first?.closedBy}`);
  const { running } = replay(told)
    .inRound(first?.id ?? "")
    .downtime(new Date());
  scene.expect(!running, "the downtime clock of round 1 still runs");
}
