import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, formatProblem } from "../../src/config/problem.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { loadKnownFailures } from "../../src/execute/known-failures.ts";
import { secretProblems } from "../../src/inventory/secrets.ts";
import { validate } from "../../src/inventory/validate.ts";
import {
  resolveVariables,
  secondsOf,
  substitute,
  substituteEnv,
  substituteExpression,
} from "../../src/inventory/variables.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { folderOf } from "../config/write-file.ts";
import { smallFailures, smallRunbook } from "../runbook/small-runbook.ts";
import { smallInventory } from "./small-inventory.ts";

function loaded(runbookText = smallRunbook, inventoryText = smallInventory) {
  const folder = folderOf({
    "r.yml": runbookText,
    "failures.yml": smallFailures,
    "i.yml": inventoryText,
  });
  const runbook = loadRunbook(join(folder, "r.yml"));
  const inventory = loadInventory(join(folder, "i.yml"));
  return { runbook, inventory, folder };
}

function problems(from: ReturnType<typeof loaded>, vars = {}) {
  return validate(from.runbook, from.inventory, vars).map((one) =>
    formatProblem(one).replaceAll(`${from.folder}/`, ""),
  );
}

test("the small runbook fits the small inventory", () => {
  expect(problems(loaded())).toEqual([]);
});

test.each(["pre-prod", "prod"])(
  "the shipped %s inventory fits the shipped runbook",
  (environment) => {
    const runbook = loadRunbook("runbooks/org-migration/runbook.yml");
    const inventory = loadInventory(`inventory/${environment}.yml`);
    expect(validate(runbook, inventory)).toEqual([]);
    const allowances = loadKnownFailures(runbook, inventory).map(({ allowed }) => allowed);
    expect(new Set(allowances)).toEqual(new Set([0]));
  },
);

test("an empty DB_USER is refused: the schema's Makefile would run as root", () => {
  const runbook = loadRunbook("runbooks/org-migration/runbook.yml");
  const found = validate(runbook, loadInventory("inventory/pre-prod.yml"), { db_user: " " }).map(
    ({ message }) => message,
  );
  expect(found).toContain("environment variable `DB_USER` would be empty (`${db_user}`) on pg1");
  expect(found).toContain("environment variable `DB_USER` would be empty (`${db_user}`) on pg2");
});

const inventoryRows: readonly [
  title: string,
  from: string,
  to: string,
  expected: readonly string[],
][] = [
  [
    "a role that the inventory lacks",
    "  redis: [one]",
    "  rediss: [one]",
    [
      "r.yml:8:16: readings/flags/on: role `redis` is not in the inventory i.yml; did you mean `rediss`?",
    ],
  ],
  [
    "a console role with two hosts",
    "couchdb: [one]",
    "couchdb: [one, two]",
    [
      "r.yml:10:16: consoles/mover/on: a console is on one host, and role `couchdb` has 2 (i.yml:11): one, two",
      "r.yml:21:19: reconciliations/orgs/source/on: one side of a comparison is on one host, and role `couchdb` has 2 (i.yml:11): one, two",
    ],
  ],
  [
    "one answer asked of two hosts",
    "  rows: [two]",
    "  rows: [one, two]",
    [
      "r.yml:23:16: reconciliations/orgs/sql/on: one side of a comparison is on one host, and role `rows` has 2 (i.yml:13): one, two",
      "r.yml:74:13: phases/2/steps/1/on: a snapshot is on one host, and role `rows` has 2 (i.yml:13): one, two",
      "r.yml:87:13: phases/3/steps/0/on: a loss is on one host, and role `rows` has 2 (i.yml:13): one, two",
    ],
  ],
  [
    "a variable that the runbook does not declare",
    "  level: 30",
    "  levle: 30",
    ["i.yml:15:3: vars/levle: unknown variable `levle`; did you mean `level`?"],
  ],
  [
    "a variable of another type",
    "  level: 30",
    "  level: many",
    ["i.yml:15:10: vars/level: variable `level` is a number in the runbook, not `many`"],
  ],
  [
    "text that YAML reads as a fraction",
    "  level: 30",
    "  target: 2.10",
    ["i.yml:15:11: vars/target: variable `target` is text: write its value in quotes"],
  ],
  [
    "an environment variable that is empty",
    "  level: 30",
    '  target: ""',
    [
      "r.yml:44:24: phases/1/steps/1/env/TARGET: environment variable `TARGET` would be empty (`${target}`) on one",
      "r.yml:44:24: phases/1/steps/1/env/TARGET: environment variable `TARGET` would be empty (`${target}`) on two",
    ],
  ],
  [
    "a duration that is none",
    "  level: 30",
    "  pause: long",
    [
      "r.yml:14:12: polls/migration/every: `${pause}` is `long`, which is no duration such as 30s, 5m, 1h or 500ms",
      "r.yml:54:22: phases/1/steps/3/until-quiet: `${pause}` is `long`, which is no duration such as 30s, 5m, 1h or 500ms",
    ],
  ],
  [
    "a variable that nobody sets",
    ", vars: { host_dir: /two }",
    "",
    [
      "r.yml:6:31: logs/requests/files: variable `host_dir` has no value: set it in the inventory (`vars`, or a host's `vars`) or in the action's input `vars` on two",
    ],
  ],
];

test.each(inventoryRows)("%s", (_, from, to, expected) => {
  expect(smallInventory.split(from).length).toBe(2);
  const found = problems(loaded(smallRunbook, smallInventory.replace(from, to)));
  expect(found).toEqual(expected);
});

const withChef = smallRunbook.replace(
  /^secrets:/m,
  "chef: { url: https://chef, client: runner, key: redis_password }\nsecrets:",
);
const searched = (role: string): string =>
  smallInventory.replace(
    new RegExp(`^  ${role}: .*$`, "m"),
    `  ${role}: { search: "role:${role}", user: deploy }`,
  );

test("a role that is searched for needs a Chef server in the runbook", () => {
  expect(problems(loaded(smallRunbook, searched("redis")))).toEqual([
    "i.yml:10:20: roles/redis/search: role `redis` is found by a search, and the runbook names no Chef server (`chef`)",
  ]);
  expect(problems(loaded(withChef, searched("redis")))).toEqual([]);
});

test("the way to the Chef server cannot be searched for there", () => {
  const around = withChef.replace("client: runner,", "client: runner, on: redis,");
  expect(problems(loaded(around, searched("redis")))).toEqual([
    expect.stringMatching(
      /^r\.yml:\d+:\d+: chef\/on: role `redis` is found by a search of the Chef server, and cannot be the way to it$/,
    ),
  ]);
});

test("what a searched host reads has a value for hosts that nobody knows", () => {
  const found = problems(loaded(withChef, searched("api")));
  expect(found).toEqual([
    expect.stringMatching(/logs\/requests\/files: variable `host_dir` has no value/),
  ]);
});

test("an unknown input variable is named with the nearest", () => {
  expect(problems(loaded(), { levl: 3 })).toContain(
    "input vars/levl: unknown variable `levl`; did you mean `level`?",
  );
});

test("runbook < inventory < host < input, and numbers stay numbers", () => {
  const { runbook, inventory } = loaded(
    smallRunbook,
    smallInventory.replace("host_dir: /two", "host_dir: /two, level: 31"),
  );
  const level = (from: object) => resolveVariables({ runbook, ...from })["level"];
  expect([
    level({}),
    level({ inventory }),
    level({ inventory, host: "two" }),
    level({ inventory, host: "two", inputVars: { level: "32" } }),
  ]).toEqual([20, 30, 31, 32]);
  expect(resolveVariables({ runbook, inventory, round: "r1" })).toMatchObject({
    environment: "test",
    round: "r1",
    host_dir: null,
  });
});

test("values reach an expression as literals of their type, never as code", () => {
  const vars = { workers: 20, name: '"). halt().', on: true };
  expect(substituteExpression("m:f(${workers}, ${name}, ${on}).", vars)).toBe(
    'm:f(20, "\\"). halt().", true).',
  );
});

test("text, environment and durations are filled", () => {
  const vars = { host: "h", port: 22, wait: "2m", none: null, blank: "" };
  expect(substitute("http://${host}:${port}/$1", vars)).toBe("http://h:22/$1");
  expect(substituteEnv({ A: "${host}", B: "x" }, vars)).toEqual({ A: "h", B: "x" });
  expect([secondsOf("${wait}", vars), secondsOf(5, vars)]).toEqual([120, 5]);
  expect(() => substituteEnv({ DB_USER: "${blank}" }, vars)).toThrow(
    "environment variable `DB_USER` would be empty (`${blank}`)",
  );
  expect(() => substitute("${none}", vars)).toThrow(
    /variable `none` has no value: set it in the inventory/,
  );
  expect(() => substitute("${hots}", vars)).toThrow(
    new ConfigError([{ path: "", message: "unknown variable `hots`", suggestion: "host" }]).message,
  );
  expect(() => substitute("${constructor}", vars)).toThrow("unknown variable `constructor`");
});

test("a value that looks like a variable is not filled again", () => {
  expect(substitute("${a}", { a: "${b}", b: "x" })).toBe("${b}");
});

test("secrets are held against their declarations by name alone", () => {
  const { runbook } = loaded();
  const found = secretProblems(runbook, { redis_pasword: "hunter2Zx" }).map(formatProblem);
  expect(found).toEqual([
    "input secrets: the runbook declares no secret `redis_pasword`; did you mean `redis_password`?",
    "input secrets: secret `redis_password` is needed: add it to the environment's secrets and to the action's input `secrets`",
  ]);
  expect(secretProblems(runbook, { redis_password: "x" })).toEqual([]);
});
