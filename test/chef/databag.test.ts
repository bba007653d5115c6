import { describe, expect, test } from "vitest";

import type { LocalChef, Trouble } from "../../worlds/chef/start-chef.ts";
import { Engine } from "../support/engine.ts";
import { bodies } from "../support/events.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { certificates, clientKey, startChef } from "./local-chef.ts";

const tls = certificates();
const before = '{"id": "test", "schema": {"version": "2.3.0"}, "other": 1.0}';
const after = before.replace("2.3.0", "2.4.0");

const steps = `- id: release
  databag: environments
  item: \${environment}
  set: { /schema/version: "\${release}" }
`;

const phases = `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, assert: echo undone }]
- id: restore
  dispatched: restore
  steps: [{ id: put-back, restores: release }]`;

async function stage(
  how: {
    readonly set?: string;
    readonly steps?: string;
    readonly server?: { readonly readers?: readonly string[] };
  } = {},
) {
  const clock = new FakeClock();
  const chef = await startChef({ tls, now: clock.now, ...how.server });
  chef.items.set("environments/test", before);
  const engine = new Engine({
    hosts: ["one"],
    steps: how.steps ?? (how.set === undefined ? steps : steps.replace(/set: .*/, how.set)),
    phases,
    vars: "release: 2.4.0",
    declarations: `secrets: { chef_key: {}, chef_ca: { optional: true } }
chef: { url: "${chef.url}", client: runner, key: chef_key, ca: chef_ca }`,
  });
  const secrets: Record<string, string> = { chef_key: clientKey, chef_ca: tls.ca };
  await engine.through("prepare");
  const run = (changed: Parameters<Engine["run"]>[1] = {}, phase = "work") =>
    engine.run(phase, {
      now: clock.now,
      sleep: clock.sleep,
      secret: (name) => secrets[name],
      secretValues: Object.values(secrets),
      ...changed,
    });
  return { chef, engine, run, secrets, item: () => chef.items.get("environments/test") };
}

/** Troubles the n-th request of a kind. */
function nth(
  chef: LocalChef,
  kind: "GET" | "PUT",
  number: number,
  trouble: Trouble | (() => void),
): void {
  let count = 0;
  chef.trouble = (line) => {
    if (!line.startsWith(kind)) return undefined;
    count += 1;
    if (count !== number) return undefined;
    if (typeof trouble !== "function") return trouble;
    trouble();
    return undefined;
  };
}

const writes = ({ came }: LocalChef): number =>
  came.filter((line) => line.startsWith("PUT")).length;

describe("a data bag", () => {
  test("is written once, nothing else in it changes, and the value before is in the journal", async () => {
    const { chef, engine, run, item } = await stage();
    const end = await run();
    expect(end.outcome).toBe("succeeded");
    expect(item()).toBe(after);
    const change = { pointer: "/schema/version", before: '"2.3.0"', after: '"2.4.0"' };
    expect(bodies(end.events, "observed").map(({ observation }) => observation)).toContainEqual({
      kind: "databag",
      bag: "environments",
      item: "test",
      changes: [change],
    });
    expect((await run()).outcome).toBe("already-done");
    expect(writes(chef)).toBe(1);
    expect(engine.project.journalText()).not.toContain(clientKey.split("\n")[1]);
  });

  test("that holds the value is already done", async () => {
    const { chef, run } = await stage();
    chef.items.set("environments/test", after);
    const end = await run();
    expect(end.outcome).toBe("already-done");
    expect(writes(chef)).toBe(0);
  });

  test("that somebody else changes between read and write is left to them", async () => {
    const { chef, run, item } = await stage();
    const theirs = before.replace("1.0", "2.0");
    // Read by the check, for the intent, and once more just before it is written.
    nth(chef, "GET", 3, () => void chef.items.set("environments/test", theirs));
    const end = await run();
    expect(end).toMatchObject({ outcome: "refused" });
    expect(end.sentence).toMatch(
      /somebody changed environments\/test just now; nothing was written/,
    );
    expect(item()).toBe(theirs);
    expect((await run()).outcome).toBe("succeeded");
    expect(item()).toBe(theirs.replace("2.3.0", "2.4.0"));
  });

  test("that somebody else writes over in the same moment is said to be not what was written", async () => {
    const { chef, run } = await stage();
    nth(
      chef,
      "GET",
      4,
      () =>
        void chef.items.set("environments/test", '{"id": "test", "schema": {"version": "2.4.0"}}'),
    );
    const end = await run();
    expect(end).toMatchObject({ outcome: "failed" });
    expect(end.sentence).toMatch(/somebody else wrote it in the same moment/);
  });

  test("that was changed back behind the journal is not written again", async () => {
    const { chef, run, item } = await stage();
    await run();
    chef.items.set("environments/test", before);
    const end = await run();
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(/changed beneath the journal/);
    expect(item()).toBe(before);
  });

  test.each(["cut", "cut-after", { status: 500 }] as const)(
    "whose answer is lost (%j) is unknown until it is read again, and never written blindly",
    async (trouble) => {
      const { chef, run, item } = await stage();
      nth(chef, "PUT", 1, trouble);
      const ends = [(await run()).outcome, (await run()).outcome];
      const written = trouble === "cut-after";
      expect(ends).toEqual(written ? ["succeeded", "already-done"] : ["unknown", "succeeded"]);
      expect(item()).toBe(after);
      expect(writes(chef)).toBe(trouble === "cut-after" ? 1 : 2);
    },
  );

  test.each([
    ["a path that leads nowhere", 'set: { /schema/versoin: "x" }', /did you mean "version"/],
    ["a path through a value", 'set: { /id/x: "x" }', /has a string at \/id/],
  ])("with %s is refused and left as it was", async (_, set, says) => {
    const { chef, run, item } = await stage({ set });
    const end = await run();
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(says);
    expect(item()).toBe(before);
    expect(writes(chef)).toBe(0);
  });

  test.each([
    [
      "a client that may only read",
      { readers: ["runner"] },
      before,
      /403, "missing update permission"/,
    ],
    [
      "an item that is larger than the server takes",
      {},
      before.replace("2.3.0", `2.3.0", "large": "${"x".repeat(1_000_000)}`),
      /413, "JSON must be no more than 1000000 bytes/,
    ],
  ])("of %s fails, and stays as it was", async (_, options, text, says) => {
    const { chef, run, item } = await stage({ server: options });
    chef.items.set("environments/test", text);
    const end = await run();
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(says);
    expect(item()).toBe(text);
  });

  test("without a key, or with one that is none, nothing is asked", async () => {
    const { chef, run, secrets } = await stage();
    secrets["chef_key"] = "";
    const without = await run();
    expect(without.outcome).toBe("refused");
    expect(without.sentence).toMatch(/there is no key of Chef client runner/);
    secrets["chef_key"] = "nonsense";
    expect((await run()).sentence).toMatch(/cannot be read/);
    expect(chef.came).toEqual([]);
  });

  test("is reached through a host where the runbook says so", async () => {
    const clock = new FakeClock();
    const chef = await startChef({ now: clock.now });
    chef.items.set("environments/test", before);
    const engine = new Engine({
      hosts: ["one"],
      steps,
      vars: "release: 2.4.0",
      declarations: `secrets: { chef_key: {} }
chef: { url: "${chef.url}", client: runner, key: chef_key, on: one }`,
    });
    await engine.through("prepare");
    const end = await engine.run("work", { secret: () => clientKey, now: clock.now });
    expect(end.outcome).toBe("succeeded");
    expect(chef.items.get("environments/test")).toBe(after);
  });
});

describe("a data bag that is only read", () => {
  const read = steps
    .replace("databag:", "databag-read:")
    .replace(/set: .*/, "values: [/schema/version, /other]");
  // The last step is what a restore may name; it is never reached by a refusal.
  const only = (values: string): string =>
    `- id: look${values.slice("- id: release".length)}${steps}`;

  test("shows its values", async () => {
    const { run } = await stage({ steps: only(read) });
    const end = await run();
    expect(end.outcome).toBe("succeeded");
    expect(bodies(end.events, "observed").map(({ observation }) => observation)).toContainEqual({
      kind: "reading",
      name: "environments/test",
      title: "Data bag environments/test",
      values: { "/schema/version": "2.3.0", "/other": "1" },
    });
  });

  test.each([
    [
      "a value that is not there",
      read.replace("/other", "/othr"),
      /has no \/othr: .*did you mean "other"/,
    ],
    [
      "a whole object",
      read.replace("/schema/version", "/schema"),
      /has a whole object at \/schema/,
    ],
    [
      "an item that is not there",
      read.replace("item: ${environment}", "item: prod"),
      /404, "Cannot load/,
    ],
  ])("with %s stops the phase, and nothing is written", async (_, values, says) => {
    const { chef, run } = await stage({ steps: only(values) });
    const end = await run();
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(says);
    expect(writes(chef)).toBe(0);
  });
});

describe("values that are put back", () => {
  /** The round is over: nothing works with what was set. */
  async function over(how: Parameters<typeof stage>[0] = {}) {
    const staged = await stage(how);
    await staged.run();
    await staged.run({}, "back");
    return { ...staged, restore: () => staged.run({}, "restore") };
  }

  test("are those of before, byte for byte, once", async () => {
    const { chef, restore, item } = await over();
    expect(item()).toBe(after);
    expect((await restore()).outcome).toBe("succeeded");
    expect(item()).toBe(before);
    expect((await restore()).outcome).toBe("already-done");
    expect(writes(chef)).toBe(2);
  });

  test("go where there was none before", async () => {
    const set = 'set: { /schema/version: "2.4.0", /new: 1 }\n  create: true';
    const { restore, item } = await over({ set });
    expect(item()).toContain('"new": 1');
    expect((await restore()).outcome).toBe("succeeded");
    expect(item()).toBe(before);
  });

  test("are not those of somebody else, who changed it since", async () => {
    const { chef, restore, item } = await over();
    const theirs = after.replace("2.4.0", "2.5.0");
    chef.items.set("environments/test", theirs);
    const end = await restore();
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(
      /has "2\.5\.0" at \/schema\/version; step release found "2\.3\.0"/,
    );
    expect(item()).toBe(theirs);
    expect(writes(chef)).toBe(1);
  });

  test("are those of the newest round that wrote, where the latest found everything right", async () => {
    const { engine, run, restore, item } = await over();
    engine.actor = { ...engine.actor, run: "5000" };
    await run({}, "prepare");
    expect((await run()).outcome).toBe("already-done");
    await run({}, "back");
    expect((await restore()).outcome).toBe("succeeded");
    expect(item()).toBe(before);
  });

  test("are none where no round wrote anything", async () => {
    const { chef, run } = await stage();
    chef.items.set("environments/test", after);
    await run();
    await run({}, "back");
    expect((await run({}, "restore")).outcome).toBe("already-done");
    expect(writes(chef)).toBe(0);
  });

  test("stay when the round came through: they are in use", async () => {
    const { run, item } = await stage();
    await run();
    await run({}, "finish");
    const end = await run({}, "restore");
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(/came through, and what it set is in use/);
    expect(item()).toBe(after);
  });

  test("wait until the round is closed", async () => {
    const { run, item } = await stage();
    await run();
    const end = await run({}, "restore");
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(/round \S+ \(run \S+\) is open/);
    expect(item()).toBe(after);
  });

  test("are refused where no round is known", async () => {
    const clock = new FakeClock();
    const chef = await startChef({ tls, now: clock.now });
    const engine = new Engine({
      hosts: ["one"],
      steps,
      phases,
      vars: "release: 2.4.0",
      declarations: `secrets: { chef_key: {} }
chef: { url: "${chef.url}", client: runner, key: chef_key }`,
    });
    const end = await engine.run("restore");
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(/no round of test is in the journal/);
  });
});
