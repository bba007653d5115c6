import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { accountFor, failuresOf } from "../../src/steps/account.ts";
import { cannotTell } from "../../src/steps/failure-rules.ts";
import { FailureClassifier } from "../../src/steps/failures.ts";
import { siftLosses } from "../../src/steps/losses.ts";
import { observeFailures } from "../../src/steps/observe-failures.ts";
import type { Side } from "../../src/steps/resources.ts";
import { reconciliation, stage } from "../support/step-context.ts";

const directory = mkdtempSync(join(tmpdir(), "losses-"));
afterAll(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, "orgs"), "there\nfailed\n");
writeFileSync(join(directory, "orgs.sql"), "there\n");
writeFileSync(join(directory, "users"), "ada\n");

const cat = (file: string): Side => ({
  type: "run",
  on: { host: "one", command: { line: `cat ${file}` }, secretNames: {} },
  gives: "keys",
});
const references = {
  orgs: { name: "orgs", title: "organization", source: cat("orgs"), sql: cat("orgs.sql") },
  users: { name: "users", title: "user", source: cat("users"), sql: undefined },
};
const rule = {
  class: "member_gone",
  match: "member (?:(?<object>m\\d+) )?foreign key(?:: org (?<org>\\w+) user (?<user>\\w+))?",
  benignUnless: { atSource: { org: "orgs", user: "users" }, class: "member_loss" },
};
const members = reconciliation("members", ["member_gone", "member_loss"]);

/** What each missing member is judged as, when the log had these lines. */
async function judged(lines: readonly string[], missing: readonly string[]) {
  const classifier = new FailureClassifier("^(?<level>\\w+): (?<message>.*)$", [rule]);
  for (const line of lines) classifier.line(`warning: ${line}`);
  const { classes } = classifier.end();
  const told = { attempt: "migrate#1", unclassified: 0, samples: [], classes };
  const account = accountFor(missing, [], failuresOf(members, [told]));
  const { context } = stage({ directory, failureRules: [rule], resources: { references } });
  const sifted = await siftLosses(new Map([["members", account]]), context);
  if (!sifted.ok) return sifted.reason;
  const explained = sifted.accounts.get("members")?.explained ?? [];
  return explained.map((one) => [one.object, one.class, one.reason]);
}

test.each([
  ["whose organization is gone", "gone", "ada", "member_gone", ""],
  ["whose user is gone", "there", "bob", "member_gone", ""],
  ["of what is all there", "there", "ada", "member_loss", "at the source: organization and user"],
  ["whose organization failed", "failed", "ada", "member_loss", "failed itself: organization"],
  ["whose organization failed and user is gone", "failed", "bob", "member_gone", ""],
])("a foreign key failure %s", async (_, org, user, name, reason) => {
  const lines = [`member m1 foreign key: org ${org} user ${user}`];
  expect(await judged(lines, ["m1"])).toEqual([["m1", name, reason]]);
});

test("a failure that does not say what it refers to is held to be a loss", async () => {
  expect(await judged(["member m1 foreign key"], ["m1"])).toEqual([
    ["m1", "member_loss", cannotTell],
  ]);
});

test("of failures without a name those that may be a loss explain first", async () => {
  const lines = ["member foreign key: org there user ada", "member foreign key"];
  expect(await judged(["member m9 foreign key: org gone user ada", ...lines], ["m1"])).toEqual([
    ["m1", "member_loss", "at the source: organization and user"],
  ]);
});

test("a reference that cannot be read is no verdict", async () => {
  const { context } = stage({ directory, failureRules: [rule], resources: {} });
  const refers = { orgs: "there", users: "ada" };
  const explained = [{ class: "member_gone", reason: "", object: "m1", refers }];
  const account = { explained, missing: [], unexpected: [] };
  expect(await siftLosses(new Map([["members", account]]), context)).toMatchObject({ ok: false });
});

test("a long list of failures is journaled in parts, and what was journaled explains every one", async () => {
  const classifier = new FailureClassifier("^(?<level>\\w+): (?<message>.*)$", [
    { class: "member_gone", match: "^lost (?<object>\\S+)", reason: "because (.*)$" },
  ]);
  const count = 200_001;
  for (let index = 0; index < count; index += 1)
    classifier.line(`error: lost m${index} because ${index}`);
  const { context, observed } = stage();
  const failures = { ...classifier.end(), gap: false };
  await observeFailures({ name: "log", on: [], entry: "" }, failures, context);
  const told = observed.flatMap((one) =>
    one.kind === "failures" ? [{ ...one, attempt: "migrate#1" }] : [],
  );
  expect(told.length).toBe(Math.ceil(count / 2_000));
  for (const { classes } of told) {
    expect(classes["member_gone"]?.objects.length).toBeLessThanOrEqual(2_000);
    expect(Object.keys(classes["member_gone"]?.reasons ?? {}).length).toBeLessThanOrEqual(201);
  }
  const objects = Array.from({ length: count }, (_, index) => `m${index}`);
  const { explained, missing } = accountFor(objects, [], failuresOf(members, told));
  expect([explained.length, missing.length]).toEqual([count, 0]);
  expect(explained[7]?.reason).toBe("7");
});
