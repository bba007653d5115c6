import { before, completes, type Fault } from "./fault.ts";
import { jobRuns } from "./runner.ts";
import { good } from "./scene.ts";

/** PostgreSQL or its schema is not as it should be. */
export const databaseFaults: readonly Fault[] = [
  {
    name: "postgresql-down-on-second-host",
    cause: "postgresql",
    title: "PostgreSQL of the second host is down when the schema is deployed",
    end: `the first host's deployment stands and is shown, the second is refused or failed; repaired, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.stopDatabase("pg2");
      const says = /pg1: .* succeeded[\s\S]*pg2: .*(refused|failed)/;
      scene.must(await scene.run("schema"), ["refused", "failed", "unknown"], says);
      scene.expect(!(await jobRuns(scene, "pg2")), "make deploy was started on the second host");
      await scene.far.startDatabase("pg2");
      scene.must(await scene.run("schema"), good, /pg1: .*already done/);
    },
  },
  {
    name: "sqitch-verify-fails-on-second-host",
    cause: "postgresql",
    title: "sqitch finds a change wrong when it verifies it on the second host",
    end: `the first host's deployment stands and is shown, the second failed, nothing after it; repaired, ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      await scene.far.failVerify("pg2", true);
      const says = /pg1: .* succeeded[\s\S]*pg2: .*failed/;
      scene.must(await scene.run("schema"), ["failed"], says);
      await scene.far.failVerify("pg2", false);
      scene.must(await scene.run("schema"), good, /pg1: .*already done/);
    },
  },
  {
    name: "row-changed-by-hand",
    cause: "person",
    title: "somebody deletes a migrated organization behind the journal, before the flip",
    end: "changed beneath the journal: stopped, nothing flipped",
    after: before("cutover"),
    completes: false,
    async play(scene) {
      await scene.far.change("DELETE FROM org_user_invites");
      const ended = await scene.run("migrate");
      scene.must(ended, ["failed", "refused"], /changed beneath the journal/);
      scene.must(await scene.run("cutover"), ["refused", "failed"]);
      const { couchdb_organizations: flag } = await scene.far.flags();
      scene.expect(flag === "true", "the API was flipped to data that had been changed");
    },
  },
  {
    name: "flag-changed-by-hand",
    cause: "person",
    title: "somebody lifts 503 mode by hand in the downtime, and the phase is run again",
    end: "changed beneath the journal: stopped, the flag left as it is",
    after: before("cutover"),
    completes: false,
    async play(scene) {
      await scene.far.setFlag("orgs_503_mode", "false");
      scene.must(await scene.run("migrate"), ["failed"], /changed beneath the journal/);
      const { orgs_503_mode: mode } = await scene.far.flags();
      scene.expect(mode === "false", "the flag was changed back without a person's word");
    },
  },
  {
    name: "flag-changed-by-hand-before-cutover",
    cause: "person",
    title: "somebody lifts 503 mode by hand in the downtime, and the next phase is run",
    end: "refused before the flip, nothing flipped",
    after: before("cutover"),
    completes: false,
    async play(scene) {
      await scene.far.setFlag("orgs_503_mode", "false");
      scene.must(await scene.run("cutover"), ["refused"], /Org requests are still offline/);
      const { couchdb_organizations: flag } = await scene.far.flags();
      scene.expect(flag === "true", "the API was flipped while writes were open");
    },
  },
  {
    name: "flag-changed-by-hand-before-reopening",
    cause: "person",
    title: "somebody flips back to couch by hand after the cutover, and the next phase is run",
    end: "refused before writes are opened: they would go to couch",
    after: before("reopen"),
    completes: false,
    async play(scene) {
      await scene.far.setFlag("couchdb_organizations", "true");
      scene.must(await scene.run("reopen"), ["refused"], /SQL serves/);
      const { orgs_503_mode: mode } = await scene.far.flags();
      scene.expect(mode === "true", "writes were opened while couch serves");
    },
  },
];
