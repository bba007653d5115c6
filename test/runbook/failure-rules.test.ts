import { expect, test } from "vitest";
import { loadFailureRules } from "../../src/runbook/failures.ts";
import { substitute } from "../../src/inventory/variables.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { FailureClassifier } from "../../src/steps/failures.ts";
import { plant } from "../../worlds/common/data.ts";
import { planMigration } from "../../worlds/common/migration-plan.ts";

const file = "runbooks/org-migration/failures.yml";
const { logs, vars } = loadRunbook("runbooks/org-migration/runbook.yml");
const entry = substitute(logs["mover"]?.entry ?? "", vars);

interface Line {
  readonly level: "error" | "warning" | "info";
  readonly text: string;
}

function classify(lines: readonly Line[]) {
  const classifier = new FailureClassifier(entry, loadFailureRules(file));
  for (const { level, text } of lines) {
    for (const line of `2014-09-09 10:11:12.345 [${level}] ${text}`.split("\n"))
      classifier.line(line);
  }
  return classifier.end();
}

test.each(["2.2.14", "2.2.17"] as const)(
  "every failure that a world plants for %s is named with its object",
  (version) => {
    const plan = planMigration(plant(60), version);
    const planned = Object.values(plan)
      .flat()
      .filter((object) => object.failure !== undefined);
    expect(planned.length).toBeGreaterThan(20);
    for (const { failure, key } of planned) {
      if (failure === undefined) continue;
      const { classes, unclassified } = classify([
        { level: failure.level, text: `<0.99.0>@${failure.where}:42 ${failure.message}` },
      ]);
      expect([unclassified, Object.keys(classes), classes[failure.class]?.objects]).toEqual([
        0,
        [failure.class],
        [key],
      ]);
    }
  },
);

const rows: readonly [string, Line, string, string | undefined][] = [
  [
    "an organization",
    {
      level: "error",
      text: '<0.1.0>@m:f:1 org_migration_failure org_name: <<"acme">> Exception: error Reason: {badmatch,[]} Stacktrace: [] ',
    },
    "org_migration_failure",
    "acme",
  ],
  [
    "an association of 2.2.14 over several lines",
    {
      level: "error",
      text: 'org_user_association_failure org_id: <<"0a">> user_id: <<"0b">> Exception: throw Reason: {chef_sql,{{foreign_key,\n      <<"violates">>},[]}} Stacktrace: []',
    },
    "org_user_association_failure",
    "0a|0b",
  ],
  [
    "an invite that names organization and user only",
    {
      level: "error",
      text: 'org_user_invites_failure org_id: <<"0a">> user_id: <<"0b">> Exception: throw Reason: {chef_sql,{{conflict,<<"x">>},[],[]}}',
    },
    "org_user_invites_failure",
    undefined,
  ],
  [
    "an invite's warning in the words of a later version",
    {
      level: "warning",
      text: 'org_user_invites_warning Foreign key constraint missing, meaning either the org: <<"0a">> or user: <<"0b">> no longer exists. Ignoring this invite as it is no longer valid.',
    },
    "org_user_invites_warning_foreign_key",
    undefined,
  ],
  [
    "an association's warning in the words of a later version",
    {
      level: "warning",
      text: 'org_user_association_warning Foreign key constraint missing, meaning either the org: <<"0a">> or user: <<"0b">> no longer exists.',
    },
    "org_user_association_warning_foreign_key",
    "0a|0b",
  ],
  [
    "an association of an organization without a guid, unquoted",
    {
      level: "warning",
      text: "<0.1.0>@moser_acct_processor:f:9 org_user_association_warning invalid association for Org ID: 0c ",
    },
    "org_user_association_warning_invalid",
    undefined,
  ],
  [
    "a group",
    { level: "error", text: 'global_groups_error guid: <<"0d">> Exception: throw Reason: x' },
    "global_groups_error",
    "0d",
  ],
  [
    "a group without authz",
    { level: "warning", text: "global_groups no authz id for group GUID: 0e " },
    "global_groups_warning_no_authz",
    "0e",
  ],
];

test.each(rows)("%s is recognised", (_, line, name, object) => {
  const { classes, unclassified } = classify([line]);
  expect([unclassified, Object.keys(classes)]).toEqual([0, [name]]);
  expect(classes[name]?.objects).toEqual(object === undefined ? [] : [object]);
});

test("the reason tells a missing user from a duplicate", () => {
  const text = (reason: string) =>
    `org_user_association_failure org_id: <<"0a">> user_id: <<"0b">> Exception: throw Reason: ${reason}`;
  const { classes } = classify([
    { level: "error", text: text('{chef_sql,{{foreign_key,<<"violates">>},[]}}') },
    { level: "error", text: text('{chef_sql,{{conflict,<<"duplicate key">>},[]}}') },
    { level: "error", text: text("{conflict,<<>>}") },
  ]);
  expect(classes["org_user_association_failure"]?.reasons).toEqual({ foreign_key: 1, conflict: 2 });
});

test("lines that are no failures stay without a class, and an unknown error is counted", () => {
  const { classes, unclassified } = classify([
    { level: "info", text: 'Terminating after successful migration <<"org-nojoin">> ok' },
    { level: "info", text: "INSERT LOG FAIL: organization 1 2 3 acme" },
    {
      level: "error",
      text: "Supervisor mover_transient_worker_sup had child undefined exit with reason noproc",
    },
  ]);
  expect([classes, unclassified]).toEqual([{}, 1]);
});
