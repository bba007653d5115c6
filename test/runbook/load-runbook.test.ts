import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRunbook, positionOf } from "../../src/runbook/load-runbook.ts";
import { folderOf, problemsOf } from "../config/write-file.ts";
import { smallFailures, smallRunbook } from "./small-runbook.ts";

function load(text: string, failures = smallFailures) {
  const folder = folderOf({ "runbook.yml": text, "failures.yml": failures });
  return problemsOf(() => loadRunbook(join(folder, "runbook.yml")), folder);
}

/** Changes exactly one place, so that a row which no longer fits its fixture fails. */
function change(from: string, to: string): string {
  expect(smallRunbook.split(from).length, `\`${from}\` stands once in the fixture`).toBe(2);
  return smallRunbook.replace(from, () => to);
}

test("the small runbook has nothing wrong", () => {
  expect(load(smallRunbook)).toEqual([]);
});

const rows: readonly [title: string, from: string, to: string, problem: string][] = [
  [
    "an unknown key of a step",
    "on: db\n        env",
    "onn: db\n        env",
    "runbook.yml:43:9: phases/1/steps/1/onn: unknown key `onn`; did you mean `on`?",
  ],
  [
    "an unknown key of the document",
    "failures: failures.yml",
    "failurs: failures.yml",
    "runbook.yml:4:1: failurs: unknown key `failurs`; did you mean `failures`?",
  ],
  [
    "a step without any telling key",
    "        run: make deploy\n",
    "        rnu: make deploy\n",
    "runbook.yml:45:9: phases/1/steps/1/rnu: unknown key `rnu`; did you mean `run`?",
  ],
  [
    "a step that is two things",
    "        run: make deploy\n",
    "        run: make deploy\n        assert: x\n",
    "runbook.yml:42:9: phases/1/steps/1: a step is one thing; here are `run` and `assert`",
  ],
  [
    "a misspelt choice",
    "between: [source, dets, sql]",
    "between: [source, det, sql]",
    "runbook.yml:65:27: phases/1/steps/5/between/1: expected `source` or `dets` or `sql`, got `det`; did you mean `dets`?",
  ],
  [
    "a missing key",
    "        console: mover\n        eval: m:off",
    "        eval: m:off",
    "runbook.yml:36:9: phases/1/steps/0: `console` is missing",
  ],
  [
    "a wrong type",
    "verdict: true",
    "verdict: yes",
    "runbook.yml:66:18: phases/1/steps/5/verdict: expected true or false, got `yes`",
  ],
  [
    "a duration without a unit",
    "timeout: 5m",
    "timeout: 300",
    "runbook.yml:56:18: phases/1/steps/3/timeout: expected a duration such as 30s, 5m, 1h or 500ms",
  ],
  [
    "a duration of an unknown unit",
    "timeout: 5m",
    "timeout: 5 minutes",
    "runbook.yml:56:18: phases/1/steps/3/timeout: expected a duration such as 30s, 5m, 1h or 500ms, or one variable such as ${drain}",
  ],
  [
    "a duplicate key",
    "        expect: ok\n",
    "        expect: ok\n        expect: ok\n",
    "runbook.yml:40:9: the key `expect` stands twice",
  ],
  [
    "malformed YAML",
    "tables: { orgs: keys }\n      - id: writes-on",
    "tables: { orgs: keys\n      - id: writes-on",
    "runbook.yml:76:7: flow map in block collection must be sufficiently indented and end with a }",
  ],
  [
    "a phase id that is no job id",
    "- id: reopen",
    "- id: Re_open",
    "runbook.yml:67:9: phases/2/id: expected a name of lower-case letters, digits and hyphens that starts with a letter",
  ],
  [
    "a reserved phase name",
    "- id: reopen",
    "- id: resolve",
    "runbook.yml:67:9: phases/2/id: `resolve` is a reserved phase name",
  ],
  [
    "a duplicate phase",
    "- id: reopen",
    "- id: migrate",
    "runbook.yml:67:9: phases/2/id: phase `migrate` is already declared in line 34",
  ],
  [
    "a duplicate step",
    "- id: keep",
    "- id: deploy",
    "runbook.yml:72:13: phases/2/steps/1/id: step `deploy` is already declared in line 42",
  ],
  [
    "an unknown console",
    "        console: mover\n        eval: m:off",
    "        console: movr\n        eval: m:off",
    "runbook.yml:37:18: phases/1/steps/0/console: unknown console `movr`; did you mean `mover`?",
  ],
  [
    "an unknown log",
    "watch: requests",
    "watch: request",
    "runbook.yml:53:16: phases/1/steps/3/watch: unknown log `request`; did you mean `requests`?",
  ],
  [
    "an unknown reading",
    "check: { reading: flags",
    "check: { reading: flag",
    "runbook.yml:41:27: phases/1/steps/0/check/reading: unknown reading `flag`; did you mean `flags`?",
  ],
  [
    "an unknown name of a reading",
    'done: { flag: "true" }',
    'done: { flg: "true" }',
    "runbook.yml:41:42: phases/1/steps/0/check/done/flg: reading `flags` has no name `flg`; did you mean `flag`?",
  ],
  [
    "a reading's value that is no text",
    'done: { flag: "true" }',
    "done: { flag: true }",
    'runbook.yml:41:48: phases/1/steps/0/check/done/flag: expected text; write true, false and numbers in quotes, such as "true"',
  ],
  [
    "an unknown group of a log",
    "where: { method: PUT }",
    "where: { methd: PUT }",
    "runbook.yml:55:18: phases/1/steps/3/where/methd: an entry of log `requests` has no group `methd`; did you mean `method`?",
  ],
  [
    "an unknown poll",
    "poll: migration",
    "poll: migraton",
    "runbook.yml:61:15: phases/1/steps/4/poll: unknown poll `migraton`; did you mean `migration`?",
  ],
  [
    "an unknown reconciliation",
    "reconcile: orgs",
    "reconcile: [orgs, org]",
    "runbook.yml:64:27: phases/1/steps/5/reconcile/1: unknown reconciliation `org`; did you mean `orgs`?",
  ],
  [
    "an unknown secret",
    "REDISCLI_AUTH: redis_password",
    "REDISCLI_AUTH: redis_pasword",
    "runbook.yml:8:89: readings/flags/secrets/REDISCLI_AUTH: unknown secret `redis_pasword`; did you mean `redis_password`?",
  ],
  [
    "an unknown failure class",
    "failures: [org_failure]",
    "failures: [org_failur]",
    "runbook.yml:24:16: reconciliations/orgs/failures/0: unknown failure class `org_failur`; did you mean `org_failure`?",
  ],
  [
    "an unknown variable in an environment",
    'TARGET: "${target}"',
    'TARGET: "${targt}"',
    "runbook.yml:44:24: phases/1/steps/1/env/TARGET: unknown variable `targt`; declare it under `vars`; did you mean `target`?",
  ],
  [
    "an unknown variable in an expression",
    "m:off(${level})",
    "m:off(${levle})",
    "runbook.yml:38:15: phases/1/steps/0/eval: unknown variable `levle`; declare it under `vars`; did you mean `level`?",
  ],
  [
    "a variable that is not closed",
    'TARGET: "${target}"',
    'TARGET: "${target"',
    "runbook.yml:44:24: phases/1/steps/1/env/TARGET: `${` without its closing `}`",
  ],
  [
    "a variable pasted into shell text",
    "run: make deploy\n",
    "run: make ${target}\n",
    'runbook.yml:45:14: phases/1/steps/1/run: shell text is sent as it stands, with `${target}` empty; values reach a shell through `env`, such as { TARGET: "${target}" }',
  ],
  [
    "a variable with the name of a built-in one",
    "vars: { target",
    "vars: { round: 1, target",
    "runbook.yml:2:16: vars/round: `round` is set by the engine; choose another name",
  ],
  [
    "an unknown variable in a duration",
    "every: ${pause}",
    "every: ${paus}",
    "runbook.yml:14:12: polls/migration/every: unknown variable `paus`; declare it under `vars`; did you mean `pause`?",
  ],
  [
    "an expression without its final dot",
    "eval: m:migrate().",
    "eval: m:migrate()",
    "runbook.yml:59:15: phases/1/steps/4/eval: the expression lacks its final dot",
  ],
  [
    "an expectation that is no term pattern",
    'expect: "{ok, _}"',
    'expect: "{ok, _"',
    'runbook.yml:60:17: phases/1/steps/4/expect: `{ok, _` is not a term pattern: expected "}" in the pattern, found the end of the text at offset 6',
  ],
  [
    "a state that is no term pattern",
    "idle: { state: ready }",
    'idle: { state: "{" }',
    "runbook.yml:15:20: polls/migration/idle/state: `{` is not a term pattern: expected an Erlang term, found the end of the text at offset 1",
  ],
  [
    "a regular expression that does not compile",
    "where: { method: PUT }",
    'where: { method: "PUT(" }',
    "runbook.yml:55:26: phases/1/steps/3/where/method: not a regular expression: /PUT(/: Unterminated group",
  ],
  [
    "a run step without a check",
    "        check: test -e deployed && echo done\n",
    "",
    "runbook.yml:42:9: phases/1/steps/1: step `deploy` changes something and nothing can tell whether it is done: give it a `check` or `repeatable: true`",
  ],
  [
    "an evaluation without a check",
    "        repeatable: true\n",
    "",
    "runbook.yml:76:9: phases/2/steps/2: step `writes-on` changes something and nothing can tell whether it is done: give it a `check`, `poll` with `reconciles`, or `repeatable: true`",
  ],
  [
    "a poll that says nothing of what it moves",
    "        reconciles: orgs\n",
    "",
    "runbook.yml:57:9: phases/1/steps/4: step `migrate-orgs` changes something and nothing can tell whether it is done: give it a `check`, `poll` with `reconciles`, or `repeatable: true`",
  ],
  [
    "a shell check of an evaluation without a role",
    'check: { reading: flags, done: { flag: "true" } }',
    "check: echo done",
    "runbook.yml:41:16: phases/1/steps/0/check: a shell check of an `eval` step needs `on`: a console has no role to inherit",
  ],
  [
    "a console's check in a run step",
    "check: test -e deployed && echo done",
    'check: { eval: "m:x().", done: ok }',
    "runbook.yml:46:16: phases/1/steps/1/check: a `run` step has no console for a check with `eval`",
  ],
  [
    "a check of two forms",
    'check: { reading: flags, done: { flag: "true" } }',
    'check: { reading: flags, eval: "x.", done: ok }',
    "runbook.yml:41:16: phases/1/steps/0/check: a check is one thing; here are `reading` and `eval`",
  ],
  [
    "an unknown key of a check",
    'check: { reading: flags, done: { flag: "true" } }',
    'check: { reading: flags, don: { flag: "true" } }',
    "runbook.yml:41:34: phases/1/steps/0/check/don: unknown key `don`; did you mean `done`?",
  ],
  [
    "no phase opens the round",
    "    round: opens\n",
    "",
    "runbook.yml:26:5: phases/0: the first phase has to open the round (`round: opens`)",
  ],
  [
    "a later phase opens the round",
    "  - id: migrate\n",
    "  - id: migrate\n    round: opens\n",
    "runbook.yml:35:12: phases/1/round: only the first phase of the chain opens the round",
  ],
  [
    "a middle phase closes the round",
    "  - id: migrate\n",
    "  - id: migrate\n    round: closes\n",
    "runbook.yml:35:12: phases/1/round: only the last phase of the chain closes the round",
  ],
  [
    "downtime that starts twice",
    "        env: { TARGET",
    "        downtime: starts\n        env: { TARGET",
    "runbook.yml:44:19: phases/1/steps/1/downtime: downtime already starts at `writes-off`",
  ],
  [
    "a budget that is no duration",
    "phases:\n",
    "downtime: { budget: soon }\nphases:\n",
    "runbook.yml:25:21: downtime/budget: expected a duration such as 30s, 5m, 1h or 500ms, or one variable such as ${drain}",
  ],
  [
    "a budget of a variable that is not there",
    "phases:\n",
    "downtime: { budget: '${pauze}' }\nphases:\n",
    "runbook.yml:25:21: downtime/budget: unknown variable `pauze`; declare it under `vars`; did you mean `pause`?",
  ],
  [
    "downtime that never ends",
    "        downtime: ends\n",
    "",
    "runbook.yml:40:19: phases/1/steps/0/downtime: downtime starts here but ends nowhere",
  ],
  [
    "downtime that never starts",
    "        downtime: starts\n",
    "",
    "runbook.yml:78:19: phases/2/steps/2/downtime: downtime ends here but starts nowhere",
  ],
  [
    "a gate on a step that gives no verdict",
    "gate: verdict",
    "gate: deploy",
    "runbook.yml:71:15: phases/2/steps/0/gate: `deploy` is not an earlier `reconcile` step with `verdict: true`",
  ],
  [
    "a gate on an unknown step",
    "gate: verdict",
    "gate: verdit",
    "runbook.yml:71:15: phases/2/steps/0/gate: `verdit` is unknown; wanted is an earlier `reconcile` step with `verdict: true`; did you mean `verdict`?",
  ],
  [
    "an answer compared with an unknown probe",
    "same-as: open-probe",
    "same-as: opn-probe",
    "runbook.yml:51:76: phases/1/steps/2/probe/0/expect/same-as: `opn-probe` is unknown; wanted is an earlier probe; did you mean `open-probe`?",
  ],
  [
    "an answer compared with itself",
    "same-as: open-probe",
    "same-as: closed-probe",
    "runbook.yml:51:76: phases/1/steps/2/probe/0/expect/same-as: `closed-probe` is not an earlier probe; did you mean `open-probe`?",
  ],
  [
    "an answer compared with another request",
    "- { method: GET, path: /orgs, endpoint: orgs, expect: 401 }",
    "- { method: PUT, path: /orgs, endpoint: orgs, expect: 401 }",
    "runbook.yml:51:76: phases/1/steps/2/probe/0/expect/same-as: `open-probe` sends no GET /orgs to compare with",
  ],
  [
    "a loss since an unknown snapshot",
    "since: rows",
    "since: row",
    "runbook.yml:86:24: phases/3/steps/0/loss/since: `row` is unknown; wanted is an earlier snapshot; did you mean `rows`?",
  ],
  [
    "until an earlier step",
    "        watch: requests\n",
    "        watch: requests\n        until: deploy\n",
    "runbook.yml:54:16: phases/1/steps/3/until: `deploy` is not a later step of the phase",
  ],
  [
    "redo from a later step",
    "        run: make deploy\n",
    "        run: make deploy\n        on-partial: { redo-from: verdict }\n",
    "runbook.yml:46:34: phases/1/steps/1/on-partial/redo-from: `verdict` is not an earlier step of the phase",
  ],
  [
    "on-partial of an unknown form",
    "        run: make deploy\n",
    "        run: make deploy\n        on-partial: maybe\n",
    "runbook.yml:46:21: phases/1/steps/1/on-partial: expected `apply`, `ask` or { redo-from: step }",
  ],
  [
    "an order of an unknown form",
    "        run: make deploy\n",
    "        run: make deploy\n        order: { rolling: 0 }\n",
    'runbook.yml:46:16: phases/1/steps/1/order: expected `serial`, `parallel`, { rolling: 2 } or { rolling: "25%" }',
  ],
  [
    "a watch that ends in two ways",
    "until-quiet: ${pause}",
    "until-quiet: ${pause}\n        for: 5m",
    "runbook.yml:52:9: phases/1/steps/3: a watch ends in one way: give either `for` or `until-quiet`",
  ],
  [
    "quiet without a deadline",
    "        timeout: 5m\n",
    "",
    "runbook.yml:52:9: phases/1/steps/3: `until-quiet` needs a `timeout`, since traffic may never pause",
  ],
  [
    "a status that is none",
    "expect: 401",
    "expect: four",
    "runbook.yml:33:65: phases/0/steps/0/probe/0/expect: expected a status such as 503, a list of statuses, or { same-as: step }",
  ],
  [
    "a condition on an unknown input",
    "        watch: requests\n",
    "        watch: requests\n        when: { input: keep-504, is: true }\n",
    "runbook.yml:54:24: phases/1/steps/3/when/input: unknown input `keep-504`; did you mean `keep-503`?",
  ],
  [
    "an environment variable that is none",
    "env: { TARGET",
    "env: { TAR-GET",
    "runbook.yml:44:25: phases/1/steps/1/env/TAR-GET: `TAR-GET`: expected the name of an environment variable",
  ],
  [
    "a phase without steps",
    "      - id: count\n        loss: { since: rows }\n        on: rows\n        tables: { orgs: keys }\n",
    "      []\n",
    "runbook.yml:85:7: phases/3/steps: needs at least 1 of them, has 0",
  ],
  [
    "failure rules that are not there",
    "failures: failures.yml",
    "failures: failure.yml",
    "runbook.yml:4:11: failures: there is no file failure.yml beside the runbook",
  ],
];

test.each(rows)("%s", (_, from, to, problem) => {
  expect(load(change(from, to))).toEqual([problem]);
});

const databag = `chef: { url: "https://chef.invalid/organizations/a", client: c, key: chef_key }
secrets: { chef_key: {} }
phases:
  - id: first
    round: opens
    steps:
      - id: release
        databag: environments
        item: prod
        set: { /app/version: "1" }
`;
const databagRows: readonly (readonly [string, string, string, string])[] = [
  [
    "a data bag without a Chef server",
    'chef: { url: "https://chef.invalid/organizations/a", client: c, key: chef_key }\n',
    "",
    "runbook.yml:8:18: phases/0/steps/0/databag: a data bag is on a Chef server, and the runbook names none (`chef: { url, client, key }`)",
  ],
  [
    "a path that is no pointer",
    "/app/version",
    "app.version",
    "runbook.yml:11:29: phases/0/steps/0/set/app.version: `app.version`: expected a JSON pointer such as /mover/version (~1 stands for a slash in a key)",
  ],
  [
    "a whole object as a value",
    'version: "1"',
    "version: { a: 1 }",
    "runbook.yml:11:30: phases/0/steps/0/set//app/version: expected text, a number or true/false: a path leads to a single value",
  ],
  [
    "no value at all",
    '{ /app/version: "1" }',
    "{}",
    "runbook.yml:11:14: phases/0/steps/0/set: expected at least one path with its value",
  ],
  [
    "a variable that nobody declared",
    'version: "1"',
    'version: "${release}"',
    "runbook.yml:11:30: phases/0/steps/0/set//app/version: unknown variable `release`; declare it under `vars`",
  ],
  [
    "a key that is no declared secret",
    "key: chef_key",
    "key: chef_kye",
    "runbook.yml:2:70: chef/key: unknown secret `chef_kye`; did you mean `chef_key`?",
  ],
  [
    "a version of signatures that there is none of",
    "key: chef_key",
    "version: 1.2, key: chef_key",
    "runbook.yml:2:74: chef/version: expected `1.0` or `1.1` or `1.3`, got the number 1.2",
  ],
];

test.each(databagRows)("%s", (_, from, to, problem) => {
  expect(load(`runbook: bags\n${databag}`)).toEqual([]);
  expect(databag).toContain(from);
  expect(load(`runbook: bags\n${databag.replace(from, () => to)}`)).toEqual([problem]);
});

test("all problems are reported at once, in the order of the file, with their paths", () => {
  const text = smallRunbook
    .replace("console: mover\n        eval: m:off", () => "console: movr\n        eval: m:off")
    .replace("watch: requests", "watch: request")
    .replace("since: rows", "since: row");
  expect(load(text).map((problem) => problem.split(": ")[1])).toEqual([
    "phases/1/steps/0/console",
    "phases/1/steps/3/watch",
    "phases/3/steps/0/loss/since",
  ]);
});

test("what is wrong under an anchor is reported once, where it stands", () => {
  const text = smallRunbook
    .replace("env: { TARGET", 'env: &env { TARGT: "${targt}", TARGET')
    .replace(
      "        tables: { orgs: keys }\n      - id: writes-on",
      "        env: *env\n        tables: { orgs: keys }\n      - id: writes-on",
    );
  expect(load(text)).toEqual([
    "runbook.yml:44:28: phases/1/steps/1/env/TARGT: unknown variable `targt`; declare it under `vars`; did you mean `target`?",
  ]);
});

test("problems of the failure rules come with those of the runbook", () => {
  const failures = "- { class: org_failure, match: '(?<org>x)', object: '${orgg}' }\n";
  expect(load(change("watch: requests", "watch: request"), failures)).toEqual([
    "failures.yml:1:53: 0/object: `match` has no group `orgg`; did you mean `org`?",
    "runbook.yml:53:16: phases/1/steps/3/watch: unknown log `request`; did you mean `requests`?",
  ]);
});

test("a loaded runbook is plain data in the model's words, and its steps know where they stand", () => {
  const file = join(
    folderOf({ "runbook.yml": smallRunbook, "failures.yml": smallFailures }),
    "runbook.yml",
  );
  const runbook = loadRunbook(file);
  const drained = runbook.phases[1]?.steps[3];
  expect(structuredClone(runbook)).toEqual(runbook);
  expect(drained).toEqual({
    kind: "watch",
    id: "drained",
    title: "Drained",
    required: true,
    repeatable: false,
    pointOfNoReturn: false,
    watch: "requests",
    untilQuietSeconds: "${pause}",
    where: { method: "PUT" },
    timeoutSeconds: 300,
  });
  expect(drained && positionOf(drained)).toEqual({ file, line: 52, column: 9 });
});

test("the shipped runbook loads, with the chain and the three dispatched phases", () => {
  const { phases } = loadRunbook("runbooks/org-migration/runbook.yml");
  expect(phases.map(({ id, dispatched }) => dispatched ?? `chain ${id}`)).toEqual([
    "chain preflight",
    "chain schema",
    "chain mover",
    "chain migrate",
    "chain cutover",
    "chain reopen",
    "rollback",
    "reset",
    "restore",
  ]);
});
