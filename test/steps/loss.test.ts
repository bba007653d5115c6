import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loss, type LossSpec } from "../../src/steps/loss.ts";
import { snapshot, type SnapshotSpec } from "../../src/steps/snapshot.ts";
import { stage, type StageOptions } from "../support/step-context.ts";

/* Tables are files with `key|version` lines: any command that prints such lines is a table. */

const command = (line: string) => ({ host: "one", command: { line }, secretNames: {} });
const tables = { orgs: command("cat orgs"), invites: command("cat invites") };
const taken: SnapshotSpec = { host: "one", snapshot: "at-reopening", tables, while: undefined };
const flags = {
  name: "flags",
  title: "Flags",
  names: ["mode"],
  on: [command("cat mode")],
};
const since: LossSpec = {
  host: "one",
  tables,
  of: { kind: "since", snapshot: "at-reopening", unless: undefined, withoutSnapshot: undefined },
};
const once = { number: 1, id: "it", resume: {} };

type Rows = Readonly<Record<string, string>>;

function host() {
  const directory = mkdtempSync(join(tmpdir(), "loss-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, rows: Rows): void =>
    writeFileSync(
      join(directory, name),
      Object.entries(rows)
        .map(([key, version]) => `${key}|${version}\n`)
        .join(""),
    );
  const put = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const at = (options: StageOptions = {}) =>
    stage({ directory, resources: { readings: { flags } }, ...options });
  const snapshots = join(directory, ".runbook-phase/snapshots/r1/at-reopening");
  const take = () => snapshot.apply(taken, at().context, once);
  write("orgs", { a: "1", b: "1", c: "1" });
  write("invites", { x: "7" });
  return { directory, write, put, at, take, snapshots };
}

const accepting = (acceptDataLoss: number) => ({ inputs: { acceptDataLoss, keep503: false } });

describe("what was written since a snapshot", () => {
  const rows: readonly (readonly [string, Rows, Rows, number, RegExp])[] = [
    ["nothing", { a: "1", b: "1", c: "1" }, { x: "7" }, 0, /nothing would be lost/],
    ["the same rows in another order", { c: "1", a: "1", b: "1" }, { x: "7" }, 0, /nothing/],
    [
      "inserts",
      { a: "1", b: "1", c: "1", d: "2", e: "2" },
      { x: "7" },
      2,
      /orgs: 2 inserted, 0 updated, 0 deleted/,
    ],
    [
      "updates",
      { a: "2", b: "2", c: "1" },
      { x: "7" },
      2,
      /orgs: 0 inserted, 2 updated, 0 deleted/,
    ],
    [
      "deletes",
      { a: "1" },
      {},
      3,
      /orgs: 0 inserted, 0 updated, 2 deleted; invites: 0 inserted, 0 updated, 1 deleted/,
    ],
    [
      "a row that took another's place",
      { a: "1", b: "1", d: "1" },
      { x: "7" },
      2,
      /orgs: 1 inserted, 0 updated, 1 deleted/,
    ],
    [
      "all of it at once",
      { a: "1", b: "9", d: "1" },
      { x: "7", y: "7" },
      4,
      /orgs: 1 inserted, 1 updated, 1 deleted; invites: 1 inserted/,
    ],
    [
      "a key with spaces and quotes",
      { a: "1", b: "1", c: "1", "o'b c\\": "1" },
      { x: "7" },
      1,
      /1 inserted/,
    ],
  ];

  test.each(rows)("%s", async (_, orgs, invites, total, says) => {
    const { write, at, take } = host();
    await take();
    write("orgs", orgs);
    write("invites", invites);
    const made = at();
    const act = await loss.apply(since, made.context, once);
    expect(act.outcome).toBe(total === 0 ? "succeeded" : "not-met");
    expect(act.detail).toMatch(says);
    expect(made.observed).toMatchObject([{ kind: "loss", total, accepted: 0 }]);
  });

  test.each([
    ["versions that are equal as numbers and differ as text", "1e3", "1000"],
    ["versions beyond what a number can tell apart", "9007199254740992", "9007199254740993"],
  ])("%s are an update", async (_, before, after) => {
    const { write, at, take } = host();
    write("invites", { x: before });
    await take();
    write("invites", { x: after });
    const act = await loss.apply(since, at().context, once);
    expect(act.detail).toMatch(/invites: 0 inserted, 1 updated, 0 deleted/);
  });

  test("a table that was empty at the snapshot has only inserts", async () => {
    const { write, at, take } = host();
    write("invites", {});
    await take();
    write("invites", { x: "1", y: "1" });
    expect((await loss.apply(since, at().context, once)).detail).toMatch(/invites: 2 inserted/);
  });

  test.each([
    [1, "not-met", /accept-data-loss 2/],
    [2, "succeeded", /^$/],
    [3, "succeeded", /^$/],
  ])("two lost and %i accepted: %s, with the number to give", async (accepted, outcome, next) => {
    const { write, at, take } = host();
    await take();
    write("orgs", { a: "1" });
    const act = await loss.apply(since, at(accepting(accepted)).context, once);
    expect(act.outcome).toBe(outcome);
    expect(act.next ?? "").toMatch(next);
  });
});

describe("where there is nothing to compare with", () => {
  const { of } = since;
  const proven: LossSpec =
    of.kind === "since"
      ? { ...since, of: { ...of, withoutSnapshot: { reading: "flags", is: { mode: ["closed"] } } } }
      : since;

  test("no snapshot, and something else proves that nothing was written: nothing is asked", async () => {
    const { put, at } = host();
    put("mode", "closed\n");
    expect(await loss.apply(proven, at().context, once)).toMatchObject({ outcome: "succeeded" });
  });

  test.each([
    ["nothing proves it", since, "closed\n"],
    ["the proof does not hold", proven, "open\n"],
    ["the proof cannot be read", proven, ""],
  ])("no snapshot, and %s: refused, whatever is accepted", async (_, spec, mode) => {
    const { put, at } = host();
    put("mode", mode);
    const act = await loss.apply(spec, at(accepting(1000)).context, once);
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(/cannot be counted: this round has no snapshot/);
  });

  test("half a snapshot: refused once the round has reopened, also where the proof holds", async () => {
    const { put, at, take, snapshots } = host();
    put("mode", "closed\n");
    await take();
    rmSync(join(snapshots, "invites"));
    const reopened = { ...accepting(1000), passedPointOfNoReturn: () => true };
    const act = await loss.apply(proven, at(reopened).context, once);
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(/the snapshot is not whole/);
  });

  test("a round that never reopened asks no database", async () => {
    const { directory, put, at } = host();
    put("mode", "closed\n");
    rmSync(join(directory, "orgs"), { force: true });
    const act = await loss.apply(proven, at().context, once);
    expect(act).toMatchObject({
      outcome: "succeeded",
      detail: expect.stringMatching(/not reopened/),
    });
  });

  test("a table that cannot be read: refused, with the table and why", async () => {
    const { directory, at, take } = host();
    await take();
    rmSync(join(directory, "invites"));
    const act = await loss.apply(since, at(accepting(1000)).context, once);
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(
      /cannot be counted: invites: one: ended with exit status 1.*invites/,
    );
  });

  test("while nothing is served from there nothing is counted", async () => {
    const { directory, put, at, take } = host();
    await take();
    put("mode", "couch\n");
    rmSync(join(directory, "orgs"));
    const spec: LossSpec =
      of.kind === "since"
        ? { ...since, of: { ...of, unless: { reading: "flags", is: { mode: ["couch"] } } } }
        : since;
    expect(await loss.apply(spec, at().context, once)).toMatchObject({ outcome: "succeeded" });
    put("mode", "sql\n");
    expect(await loss.apply(spec, at().context, once)).toMatchObject({ outcome: "not-met" });
  });
});

describe("rows that will be deleted", () => {
  const rows = (onlyProtected: boolean): LossSpec => ({
    host: "one",
    tables,
    of: { kind: "rows", onlyProtected },
  });
  test.each([
    ["are accepted by their number", false, false, 4, "succeeded"],
    ["are not accepted by less", false, false, 3, "not-met"],
    ["are asked for where it is protected", true, true, 3, "not-met"],
    ["are not asked for where it is not", true, false, 0, "succeeded"],
  ])("%s", async (_, onlyProtected, protectedEnvironment, accepted, outcome) => {
    const { at } = host();
    const { context } = at({ ...accepting(accepted), protectedEnvironment });
    expect((await loss.apply(rows(onlyProtected), context, once)).outcome).toBe(outcome);
  });
});

describe("a snapshot", () => {
  const check = (at: ReturnType<typeof host>["at"]) => snapshot.check?.(taken, at().context);

  test("is not done before, done after, and says how many", async () => {
    const { at, take } = host();
    expect(await check(at)).toMatchObject({ state: "not-done" });
    expect(await take()).toMatchObject({ outcome: "succeeded", detail: "orgs 3, invites 1" });
    expect(await check(at)).toMatchObject({ state: "done", detail: "orgs 3, invites 1" });
  });

  test("that is not whole is partial", async () => {
    const { at, take, snapshots } = host();
    await take();
    rmSync(join(snapshots, "orgs"));
    expect(await check(at)).toMatchObject({ state: "partial" });
  });

  test("whose table fails in the middle leaves nothing that looks whole", async () => {
    const { directory, at, take, snapshots } = host();
    rmSync(join(directory, "invites"));
    expect(await take()).toMatchObject({ outcome: "failed" });
    expect(readdirSync(snapshots)).not.toContain("invites");
    expect(await check(at)).toMatchObject({ state: "partial" });
  });

  test("of another round is another one", async () => {
    const { at, take } = host();
    await take();
    expect(await snapshot.check?.(taken, at({ round: "r2" }).context)).toMatchObject({
      state: "not-done",
    });
  });

  test("where the host has no room says so", async () => {
    const { directory, take } = host();
    mkdirSync(join(directory, ".runbook-phase"));
    writeFileSync(join(directory, ".runbook-phase/snapshots"), "in the way");
    expect(await take()).toMatchObject({
      outcome: "failed",
      detail: expect.stringMatching(/orgs: one: ended with/),
    });
  });
});
