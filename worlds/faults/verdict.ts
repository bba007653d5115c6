import { plant } from "../common/data.ts";
import { planMigration, type PlannedObject, type Row } from "../common/migration-plan.ts";
import type { Failure } from "../common/failure-lines.ts";
import { before, completes, type Fault } from "./fault.ts";
import { good, type KnownFailure } from "./scene.ts";
import { organizations } from "./set-scene.ts";

const migrateGroups = "migrate mover_global_groups_migration_callback";

/** What becomes of failures: known and allowed, or a verdict that says no until a person has decided. */
export const verdictFaults: readonly Fault[] = [
  {
    name: "all-failures-benign",
    cause: "data",
    title: "objects of every class fail, all of them known and allowed",
    end: `the verdict is good, every object is named in failures.json, the API is flipped; ${completes}`,
    after: before("migrate"),
    completes: true,
    async play(scene) {
      scene.must(await scene.run("migrate"), ["succeeded"]);
      const named = namesIn(scene.left("migrate", "failures.json"));
      // Of two that are the same object, the one fails that came second: only how many do is certain.
      for (const { key, failure, conflict } of failed())
        scene.expect(failure === conflict || named.includes(key), `${key} is not named`);
      const wanted = failed().length;
      scene.expect(named.length === wanted, `${named.length} are named, and ${wanted} failed`);
      const proposed = scene.left("migrate", "known-failures.proposed.yml");
      scene.expect(proposed.includes("accepted-by"), "no baseline was proposed");
      scene.expect(!proposed.includes("  why: TODO"), "what is accepted is asked for again");
      scene.must(await scene.run("cutover"), ["succeeded"], /the verdict is good/);
    },
  },
  {
    name: "unknown-failure",
    cause: "data",
    title: "one group fails with an error that no failure rule knows",
    end: `migrate fails and says what would make it good, cutover is refused; repaired and run again, ${completes}`,
    after: before("migrate"),
    completes: true,
    // It is not accounted for, so the re-run starts its migration again.
    extra: { [migrateGroups]: 1 },
    async play(scene) {
      const group = sound("groups");
      scene.far.befall({ kind: "groups", key: group.key, failure: groupFails(group, "crashed") });
      const says = /unknown errors 1.*1 of dets are missing in sql without a reason/;
      scene.must(await scene.run("migrate"), ["failed"], says);
      const named = scene.left("migrate", "failures.json");
      scene.expect(named.includes(group.key), `${group.key} is not named`);
      scene.must(await scene.run("cutover"), ["refused"], /migrate is not done.*unknown errors 1/);
      scene.far.befall();
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
  {
    name: "row-missing-without-a-word",
    cause: "data",
    title: "one group is not in SQL, and the console says all done and its log nothing",
    end: `it is named, cutover is refused; found by each re-run until it is there, then ${completes}`,
    after: before("migrate"),
    completes: true,
    extra: { [migrateGroups]: 2 },
    async play(scene) {
      const group = sound("groups");
      scene.far.befall({ kind: "groups", key: group.key });
      const says = /1 of dets are missing in sql without a reason/;
      scene.must(await scene.run("migrate"), ["failed"], says);
      scene.must(await scene.run("cutover"), ["refused"], /missing in sql without a reason/);
      scene.must(await scene.run("migrate"), ["failed"], says);
      const named = scene.left("migrate", "failures.json");
      scene.expect(named.includes(group.key), `${group.key} is not named`);
      scene.far.befall();
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
  {
    name: "benign-class-for-another-reason",
    cause: "data",
    title: "one group more fails, for a reason that the baseline does not know",
    end: "migrate fails; when a person has accepted it by a reviewed change, a new dispatch with a reason judges again, shows the difference and completes",
    after: before("migrate"),
    completes: false,
    async play(scene) {
      const group = sound("groups");
      scene.far.befall({
        kind: "groups",
        key: group.key,
        failure: groupFails(group, "error guid"),
      });
      const says = /1 failures of class global_groups_error for a reason .*"too_many_connections"/;
      scene.must(await scene.run("migrate"), ["failed"], says);
      const proposed = scene.left("migrate", "known-failures.proposed.yml");
      scene.expect(/TODO: who/.test(proposed), "nobody is asked to accept it");
      scene.must(await scene.run("cutover"), ["refused"], /verdict is bad/);
      scene.changeBaseline((entries) => {
        const entry = entryOf(entries, "global_groups_error");
        entry.allowed = 8;
        entry.reasons?.push("too_many_connections");
      });
      const run = scene.someoneElse();
      for (const phase of before("cutover"))
        scene.must(await scene.run(phase, { run, reason: "looked at the group" }), good);
      const summary = scene.left("migrate", "summary/migrate.md");
      scene.expect(summary.includes("The baseline changed"), "the difference is not shown");
      scene.must(await scene.run("cutover", { run }), ["succeeded"], /the verdict is good/);
      scene.must(await scene.run("reopen", { run }), ["succeeded"]);
    },
  },
  {
    name: "failures-over-the-allowance",
    cause: "data",
    title: "one more fails than the baseline allows of a known class",
    end: "migrate fails with both numbers, cutover is refused; allowed by a reviewed change, a new dispatch with a reason completes",
    after: before("migrate"),
    completes: false,
    async play(scene) {
      scene.changeBaseline((entries) => (entryOf(entries, "global_groups_error").allowed = 6));
      const says = /7 failures of class global_groups_error, where the baseline allows 6/;
      scene.must(await scene.run("migrate"), ["failed"], says);
      scene.must(await scene.run("cutover"), ["refused"], /verdict is bad/);
      // A share of the 63 groups that is 7 of them.
      scene.changeBaseline((entries) => (entryOf(entries, "global_groups_error").allowed = "12%"));
      const run = scene.someoneElse();
      for (const phase of before("reopen"))
        scene.must(await scene.run(phase, { run, reason: "looked at it" }), good);
    },
  },
  {
    name: "foreign-key-of-what-exists",
    cause: "data",
    title: "a membership fails on a foreign key, though its organization and its user exist",
    end: `a loss, whatever is allowed of foreign keys; cutover is refused; with its row in SQL and run again, ${completes}`,
    only: "embedded",
    after: before("migrate"),
    completes: true,
    async play(scene) {
      const member = sound("associations");
      const failure = member.orphan;
      scene.expect(failure !== undefined, "a membership has no organization");
      if (failure === undefined) return;
      // As many as are allowed: one that is benign goes.
      scene.changeBaseline((entries) => {
        entryOf(entries, "org_user_association_failure").allowed = 100;
        entryOf(entries, "org_user_association_loss").allowed = 100;
      });
      scene.far.befall({ kind: "associations", key: member.key, failure });
      const says =
        /1 failures of class org_user_association_loss for a reason .*"at the source: organization and user"/;
      scene.must(await scene.run("migrate"), ["failed"], says);
      scene.must(await scene.run("cutover"), ["refused"], /verdict is bad/);
      await scene.far.change(insert("org_user_associations", member.row ?? {}));
      scene.must(await scene.run("migrate"), ["succeeded"]);
    },
  },
  {
    name: "expired-entry",
    cause: "data",
    title: "an entry of the baseline has expired when a round is to be opened",
    end: `preflight is refused with its line; renewed, ${completes}`,
    after: [],
    completes: true,
    async play(scene) {
      scene.changeBaseline((entries) => (entryOf(entries, "global_groups_error").expires = past));
      const says = /known-failures\.yml:\d+:\d+: .*global_groups_error. expired on 2020-01-01/;
      scene.must(await scene.run("preflight"), ["refused"], says);
      scene.expect(scene.events().length === 0, "a round was opened");
      scene.changeBaseline((entries) => delete entryOf(entries, "global_groups_error").expires);
      scene.must(await scene.run("preflight"), ["succeeded"]);
    },
  },
];

const past = "2020-01-01";

function planned() {
  return planMigration(plant(organizations), "2.2.14");
}

/** What fails in an undisturbed migration. */
function failed(): readonly PlannedObject[] {
  return Object.values(planned())
    .flat()
    .filter((object: PlannedObject) => object.failure !== undefined);
}

/** Every object that the artifact names, as often as it does. */
function namesIn(file: string): readonly string[] {
  const { failures } = JSON.parse(file) as { failures: Record<string, Record<string, string[]>> };
  return Object.values(failures).flatMap((reasons) => Object.values(reasons).flat());
}

/** An object that nothing is wrong with, and that stands alone under its key. */
function sound(kind: "groups" | "associations"): PlannedObject {
  const objects = planned()[kind];
  const found = objects.findLast(
    ({ key, row }) => row !== undefined && objects.filter((one) => one.key === key).length === 1,
  );
  if (found === undefined) throw new Error(`nothing is sound among the ${kind}`);
  return found;
}

function groupFails({ key, conflict }: PlannedObject, what: "crashed" | "error guid"): Failure {
  const message = `global_groups_${what}: <<"${key}">> Exception: throw Reason: {chef_sql,{{too_many_connections,<<"sorry">>},insert}} Stacktrace: []`;
  return { ...conflict, message };
}

function entryOf(entries: readonly KnownFailure[], name: string): KnownFailure {
  const entry = entries.find((one) => one.class === name);
  if (entry === undefined) throw new Error(`the baseline has no ${name}`);
  return entry;
}

function insert(table: string, row: Row): string {
  const columns = Object.keys(row).join(", ");
  const values = Object.values(row).map((value) => `'${value}'`);
  return `INSERT INTO ${table} (${columns}) VALUES (${values.join(", ")})`;
}
