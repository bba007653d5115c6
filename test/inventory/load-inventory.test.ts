import { join } from "node:path";
import { expect, test } from "vitest";
import { formatProblem } from "../../src/config/problem.ts";
import { expiredEntries, loadBaseline } from "../../src/inventory/load-baseline.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { folderOf, problemsOf } from "../config/write-file.ts";
import { smallInventory } from "./small-inventory.ts";

function load(text: string) {
  const folder = folderOf({ "i.yml": text });
  return problemsOf(() => loadInventory(join(folder, "i.yml")), folder);
}

const rows: readonly [title: string, from: string, to: string, problems: readonly string[]][] = [
  [
    "a search with an unknown key",
    "redis: [one]",
    'redis: { search: "role:redis", user: deploy, adress: fqdn }',
    ["i.yml:10:48: roles/redis/adress: unknown key `adress`; did you mean `address`?"],
  ],
  [
    "a search that nobody logs in for",
    "redis: [one]",
    'redis: { search: "role:redis" }',
    ["i.yml:10:10: roles/redis: `user` is missing"],
  ],
  [
    "a search with a variable",
    "redis: [one]",
    'redis: { search: "role:${what}", user: deploy }',
    [
      "i.yml:10:20: roles/redis/search: a query is taken as it stands, with no variables in it; write their values",
    ],
  ],
  [
    "a search of two lines",
    "redis: [one]",
    'redis: { search: "role:a\\nb", user: deploy }',
    ["i.yml:10:20: roles/redis/search: expected a query on one line"],
  ],
  [
    "an address that is no attribute",
    "redis: [one]",
    'redis: { search: "role:redis", user: deploy, address: cloud..ip }',
    [
      "i.yml:10:57: roles/redis/address: expected an attribute such as fqdn, ipaddress or cloud.public_ipv4",
    ],
  ],
  [
    "an unknown jump host of a search",
    "redis: [one]",
    'redis: { search: "role:redis", user: deploy, jump: bastoin }',
    [
      "i.yml:10:54: roles/redis/jump: unknown host `bastoin`; it must stand in `hosts`; did you mean `bastion`?",
    ],
  ],
  [
    "a role without hosts",
    "redis: [one]",
    "redis: []",
    ["i.yml:10:10: roles/redis: a role needs at least one host"],
  ],
  [
    "an unknown host in a role",
    "db: [one, two]",
    "db: [one, tow]",
    ["i.yml:12:13: roles/db/1: unknown host `tow`; did you mean `two`?"],
  ],
  [
    "a host twice in a role",
    "db: [one, two]",
    "db: [one, one]",
    ["i.yml:12:13: roles/db/1: host `one` stands twice in role `db`"],
  ],
  [
    "an unknown jump host",
    "jump: bastion",
    "jump: bastoin",
    ["i.yml:6:49: hosts/one/jump: unknown host `bastoin`; did you mean `bastion`?"],
  ],
  [
    "an unknown journal host",
    "journal: { host: one",
    "journal: { host: onee",
    ["i.yml:2:18: journal/host: unknown host `onee`; did you mean `one`?"],
  ],
  [
    "jumps in a circle",
    "bastion: { address: 10.0.0.1,",
    "bastion: { jump: one, address: 10.0.0.1,",
    [
      "i.yml:5:20: hosts/bastion/jump: jump hosts go in a circle: bastion → one → bastion",
      "i.yml:6:49: hosts/one/jump: jump hosts go in a circle: one → bastion → one",
    ],
  ],
  [
    "a host that jumps over itself",
    "bastion: { address: 10.0.0.1,",
    "bastion: { jump: bastion, address: 10.0.0.1,",
    ["i.yml:5:20: hosts/bastion/jump: jump hosts go in a circle: bastion → bastion"],
  ],
  [
    "an unknown key",
    "environment: test",
    "environment: test\nprotectd: false",
    ["i.yml:2:1: protectd: unknown key `protectd`; did you mean `protected`?"],
  ],
  [
    "an unknown key of a host",
    "user: deploy, port: 2222",
    "user: deploy, prot: 2222",
    ["i.yml:7:43: hosts/two/prot: unknown key `prot`; did you mean `port`?"],
  ],
  ["no environment", "environment: test\n", "", ["i.yml:1:1: `environment` is missing"]],
  [
    "an empty environment",
    "environment: test",
    'environment: ""',
    ["i.yml:1:14: environment: expected the name of an environment, such as pre-prod"],
  ],
  [
    "a port that is none",
    "port: 2222",
    "port: 70000",
    ["i.yml:7:49: hosts/two/port: may be at most 65535"],
  ],
  [
    "a host without an address",
    "one: { address: 10.0.0.2,",
    "one: {",
    ["i.yml:6:8: hosts/one: `address` is missing"],
  ],
  [
    "a variable without a value",
    "level: 30",
    "level:",
    ["i.yml:15:9: vars/level: expected text, a number or true/false"],
  ],
];

test.each(rows)("%s", (_, from, to, problems) => {
  expect(smallInventory.split(from).length).toBe(2);
  expect(load(smallInventory.replace(from, to))).toEqual(problems);
});

test("the journal's host is none that has to be searched for", () => {
  const searched = smallInventory
    .replace("journal: { host: one", "journal: { host: redis1")
    .replace("redis: [one]", 'redis: { search: "name:redis1", user: deploy }');
  expect(load(searched)).toEqual([
    "i.yml:2:18: journal/host: unknown host `redis1`; it must stand in `hosts`",
  ]);
});

test("a searched role is reached by its FQDN on port 22 unless it says otherwise", () => {
  const text = smallInventory.replace("redis: [one]", 'redis: { search: "a:b", user: me }');
  const { roles, searches } = loadInventory(join(folderOf({ "i.yml": text }), "i.yml"));
  expect(searches).toEqual({ redis: { search: "a:b", address: "fqdn", user: "me", port: 22 } });
  expect(roles["redis"]).toBeUndefined();
});

test("an empty file is no inventory", () => {
  expect(load("")).toEqual(["i.yml:1:1: expected a map, got nothing"]);
});

test("defaults are the careful ones, and the baseline stands beside the inventory", () => {
  const folder = folderOf({ "i.yml": smallInventory });
  const inventory = loadInventory(join(folder, "i.yml"));
  expect(inventory).toMatchObject({
    protected: true,
    stateDirectory: ".runbook-phase",
    baseline: join(folder, "known-failures.yml"),
    hosts: { bastion: { port: 22, vars: {} }, two: { port: 2222 } },
  });
  expect(structuredClone(inventory)).toEqual(inventory);
});

const entry = "- { class: org_failure, why: gone, seen: test, accepted-by: ops, allowed: 3";
const at = entry.indexOf("3") + 1;
const only = (more: string): string => `${entry}, ${more} }\n`;
const allowing = (allowed: string): string => `${entry.replace("3", allowed)} }\n`;
const share =
  "expected how many are allowed: a whole number from 0, or a share of the objects from 0% to 100%, such as 0.5%";
const anything =
  "matches any reason at all; name the reasons that were looked at, or leave `reasons` out";
const unwritten = "has to be written by a person who looked at these failures";

test.each([
  [
    "an unknown class",
    `${entry} }\n- { class: org_falure, why: x, seen: y, allowed: 0 }\n`,
    [
      "b.yml:2:12: 1/class: no failure rule has the class `org_falure`; did you mean `org_failure`?",
    ],
  ],
  [
    "a class twice",
    `${entry} }\n${entry} }\n`,
    ["b.yml:2:12: 1/class: class `org_failure` stands twice"],
  ],
  ["a negative allowance", allowing("-1"), [`b.yml:1:${at}: 0/allowed: must be at least 0`]],
  ["half a failure", allowing("1.5"), [`b.yml:1:${at}: 0/allowed: ${share}`]],
  ["a negative share", allowing("-5%"), [`b.yml:1:${at}: 0/allowed: ${share}`]],
  [
    "a share over 100 %",
    allowing("100.5%"),
    [`b.yml:1:${at}: 0/allowed: a share may be at most 100%`],
  ],
  [
    "a share of what nobody counts",
    "- { class: unclassified, why: a, seen: b, accepted-by: c, allowed: 5% }\n",
    [
      "b.yml:1:68: 0/allowed: a share needs objects to be a share of, and no reconciliation counts `unclassified`; write a number",
    ],
  ],
  [
    "more than 0 that nobody accepted",
    allowing("3").replace(" accepted-by: ops,", ""),
    [
      "b.yml:1:57: 0/allowed: more than 0 is allowed only with `accepted-by`: who looked at these failures and answers for them",
    ],
  ],
  [
    "a share that nobody accepted",
    "- { class: org_failure, why: a, seen: b, allowed: 0.1% }\n",
    [
      "b.yml:1:51: 0/allowed: more than 0 is allowed only with `accepted-by`: who looked at these failures and answers for them",
    ],
  ],
  [
    "no reason in its list",
    only("reasons: []"),
    [`b.yml:1:${at + 12}: 0/reasons: needs at least 1 of them, has 0`],
  ],
  [
    "an empty reason",
    only(`reasons: [""]`),
    [`b.yml:1:${at + 13}: 0/reasons/0: must not be empty`],
  ],
  [
    "a reason that is no pattern",
    only("reasons: ['(a']"),
    [`b.yml:1:${at + 13}: 0/reasons/0: not a regular expression: /(a/: Unterminated group`],
  ],
  [
    "a reason that takes anything",
    only("reasons: [conflict, .*]"),
    [`b.yml:1:${at + 23}: 0/reasons/1: ${anything}`],
  ],
  [
    "a reason that takes any word",
    only("reasons: ['\\w+']"),
    [`b.yml:1:${at + 13}: 0/reasons/0: ${anything}`],
  ],
  [
    "words that nobody wrote yet",
    allowing("3").replace("gone", "'TODO: why'").replace("ops", "todo"),
    [`b.yml:1:30: 0/why: ${unwritten}`, `b.yml:1:68: 0/accepted-by: ${unwritten}`],
  ],
  [
    "an expiry that is no date",
    only("expires: soon"),
    [`b.yml:1:${at + 12}: 0/expires: expected a date such as 2027-01-31`],
  ],
  [
    "an unknown key",
    only("accepted: me"),
    [`b.yml:1:${at + 3}: 0/accepted: unknown key \`accepted\`; did you mean \`accepted-by\`?`],
  ],
  [
    "an entry without a reason",
    "- { class: org_failure, seen: test, allowed: 0 }\n",
    ["b.yml:1:3: 0: `why` is missing"],
  ],
  ["no YAML", "- class: org_failure\n why: x\n", ["b.yml:2:1: sequence item without - indicator"]],
])("a baseline with %s", (_, text, problems) => {
  const classes = { all: ["org_failure", "unclassified"], counted: ["org_failure"] };
  const folder = folderOf({ "b.yml": text });
  expect(problemsOf(() => loadBaseline(join(folder, "b.yml"), classes), folder)).toEqual(problems);
});

test("a baseline's entry in the model's words", () => {
  const folder = folderOf({
    "b.yml": only("expires: 2027-01-31, reasons: [conflict, 'no .* row']"),
  });
  expect(loadBaseline(join(folder, "b.yml"))).toEqual([
    {
      class: "org_failure",
      why: "gone",
      seen: "test",
      allowed: 3,
      reasons: ["conflict", "no .* row"],
      expires: "2027-01-31",
      acceptedBy: "ops",
    },
  ]);
});

test("a share of the objects, as a number", () => {
  const folder = folderOf({ "b.yml": allowing("0.5%") });
  expect(loadBaseline(join(folder, "b.yml"))).toMatchObject([{ allowed: { percent: 0.5 } }]);
});

test("entries that are over are named with their place, those of today are not", () => {
  const folder = folderOf({
    "b.yml": `${only("expires: 2026-11-27")}${only("expires: 2026-11-28").replace("org_", "other_")}`,
  });
  const entries = loadBaseline(join(folder, "b.yml"));
  expect(
    expiredEntries(entries, "2026-11-28").map((one) =>
      formatProblem(one).replace(`${folder}/`, ""),
    ),
  ).toEqual([
    `b.yml:1:${at + 12}: 0/expires: the entry for \`org_failure\` expired on 2026-11-27; look at these failures again and give it a new date, or remove it`,
  ]);
});
