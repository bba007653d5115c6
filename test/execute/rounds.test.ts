import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Actor, outcomes } from "../../src/journal/event.ts";
import { acquireLease, localLease } from "../../src/journal/lease.ts";
import { ada, type Bench, bob, startBench } from "../support/bench.ts";
import { newRoundId } from "../../src/execute/round.ts";
import type { Round } from "../../src/journal/replay.ts";
import { bodies } from "../support/events.ts";
import type { ProjectOptions } from "../support/project.ts";

/** A chain whose work can be seen and undone, a way back and a way to start from scratch. */
const chain: ProjectOptions = {
  hosts: ["one"],
  steps: `- id: act
  on: one
  run: echo act >> ran; touch made
  check: if [ -e made ]; then echo done; else echo not-done; fi`,
  phases: `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, run: rm -f made, check: "if [ -e made ]; then echo not-done; else echo done; fi" }]
- id: wipe
  dispatched: reset
  round: closes
  steps: [{ id: clear, on: one, run: rm -f made, check: "if [ -e made ]; then echo not-done; else echo done; fi" }]`,
};

const phases = ["prepare", "work", "finish"];
const made = (bench: Bench): string => bench.read("one", "ran");

describe("a round's id", () => {
  const now = new Date("2026-11-23T06:05:04.321Z");
  const opened = (id: string): Round => ({
    id,
    openedAt: now.toISOString(),
    owner: ada,
    open: false,
    runbookDigest: "",
    baselineDigest: "",
    planDigest: "",
    steps: [],
  });

  test("tells the time and fits into a path", () => {
    expect(newRoundId(now, { rounds: [] })).toBe("r20261123t060504");
  });

  test("is never one that was there, and sorts behind it", () => {
    const ids: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) ids.push(newRoundId(now, { rounds: ids.map(opened) }));
    expect(new Set(ids).size).toBe(4);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe("a round", () => {
  test("is opened by the first phase and closed by the last, which says the state", async () => {
    const bench = await startBench(chain);
    const opened = await bench.run("prepare");
    expect(bodies(opened.own, "round-opened")).toMatchObject([{ planDigest: opened.plan?.digest }]);
    await bench.through("work");
    const closed = await bench.run("finish");
    expect(bodies(closed.own, "round-closed")).toMatchObject([{ by: "chain" }]);
    expect(new Set(closed.events.map(({ round }) => round)).size).toBe(1);
  });

  test.each([
    ["a phase before any other", [], "work", /no round is open in test/, /run phase prepare first/],
    [
      "a phase whose predecessor is not done",
      ["prepare"],
      "finish",
      /out of order: phase work is not done/,
      /run phase work first/,
    ],
  ])("out of order: %s", async (_, before, phase, says, next) => {
    const bench = await startBench(chain);
    await bench.through(...before);
    const ran = await bench.run(phase);
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(says);
    expect(ran.next).toMatch(next);
  });

  test("a predecessor that failed is not done", async () => {
    const bench = await startBench({ ...chain, steps: `- { id: act, on: one, assert: "false" }` });
    await bench.through("prepare");
    await bench.run("work");
    expect((await bench.run("finish")).sentence).toMatch(/out of order: phase work is not done/);
  });

  test("a predecessor that was started again and has not ended is not done any more", async () => {
    const bench = await startBench(chain);
    await bench.through("prepare", "work");
    const before = bench.journalText().trimEnd().split("\n").length;
    await bench.run("work");
    const died = bench
      .journalText()
      .split("\n")
      .slice(0, before + 1);
    writeFileSync(join(bench.journalDirectory, "journal.jsonl"), `${died.join("\n")}\n`);
    const fresh = { copyFile: join(bench.directory, "fresh.jsonl") };
    const late = await bench.run("finish", fresh);
    expect(late).toMatchObject({ outcome: "refused", own: [] });
    expect(late.sentence).toMatch(/phase work was started again in round \S+ and has not ended/);
    expect(late.next).toMatch(/re-run phase work/);
    await bench.run("work", fresh);
    expect(await bench.run("finish", fresh)).toMatchObject({ outcome: "succeeded" });
  });

  test("a first phase that was started again and has not ended hides nothing from a way back", async () => {
    const bench = await startBench(chain);
    await bench.through("prepare");
    const { events } = await bench.run("work");
    await bench.run("prepare");
    const died = bench
      .journalText()
      .split("\n")
      .slice(0, events.length + 1);
    writeFileSync(join(bench.journalDirectory, "journal.jsonl"), `${died.join("\n")}\n`);
    const fresh = { actor: bob, copyFile: join(bench.directory, "fresh.jsonl") };
    const back = await bench.run("back", fresh);
    expect(back.outcome).toBe("succeeded");
    expect(back.own[0]?.round).toBe(events[0]?.round);
  });

  test("a first phase whose runner died, and that is refused when run again, closes its round", async () => {
    const prepare = `- { id: ready, on: one, assert: "[ -e ready ] && echo yes", expect: "yes" }`;
    const bench = await startBench({ ...chain, prepare });
    const journal = join(bench.journalDirectory, "journal.jsonl");
    const first = await bench.run("prepare");
    expect(first.outcome).toBe("refused");
    const [opened = ""] = bench.journalText().split("\n");
    writeFileSync(journal, `${opened}\n`);
    const again = await bench.run("prepare", { copyFile: join(bench.directory, "fresh.jsonl") });
    expect(again.outcome).toBe("refused");
    expect(new Set(again.events.map(({ round }) => round)).size).toBe(1);
    expect(bodies(again.own, "round-closed")).toMatchObject([{ by: "prepare" }]);
    bench.put("one", "ready", "");
    expect(await bench.run("prepare", { actor: bob })).toMatchObject({ outcome: "succeeded" });
  });

  test("a way back also closes the round of a first phase that died behind it", async () => {
    const bench = await startBench(chain);
    await bench.through(...phases);
    const before = bench.journalText().split("\n").length;
    await bench.run("prepare", { actor: bob });
    const lines = bench.journalText().split("\n");
    writeFileSync(
      join(bench.journalDirectory, "journal.jsonl"),
      `${lines.slice(0, before).join("\n")}\n`,
    );
    const cara = { ...ada, run: "4713" };
    const fresh = { actor: cara, copyFile: join(bench.directory, "fresh.jsonl") };
    expect((await bench.run("prepare", fresh)).sentence).toMatch(/belongs to run 4712/);
    const back = await bench.run("back", fresh);
    expect(bodies(back.own, "round-closed")).toMatchObject([
      { by: "rollback" },
      { by: "rollback", state: "nothing was begun" },
    ]);
    expect(await bench.run("prepare", fresh)).toMatchObject({ outcome: "succeeded" });
  });

  test("of another run is refused with whose and since when, the first phase too", async () => {
    const bench = await startBench(chain);
    const { events } = await bench.run("prepare");
    for (const phase of ["work", "prepare"]) {
      const ran = await bench.run(phase, { actor: bob });
      expect(ran).toMatchObject({ outcome: "refused", own: [] });
      expect(ran.sentence).toContain(
        `belongs to run ${ada.run} ${ada.url} of ada since ${events[0]?.at}`,
      );
    }
    expect(made(bench)).toBe("");
  });

  test("is taken over with a reason, which the journal keeps, and then is that run's", async () => {
    const bench = await startBench(chain);
    await bench.through("prepare");
    const taken = await bench.run("work", { actor: bob, reason: "ada's runner is gone" });
    expect(taken.outcome).toBe("succeeded");
    expect(bodies(taken.own, "round-taken-over")).toMatchObject([
      { from: ada.run, reason: "ada's runner is gone" },
    ]);
    expect((await bench.run("finish")).sentence).toMatch(/belongs to run 4712/);
    expect((await bench.run("finish", { actor: bob })).outcome).toBe("succeeded");
  });

  test.each(phases)("closed by the chain: its own run is told that %s is done", async (phase) => {
    const bench = await startBench(chain);
    await bench.through(...phases);
    const ran = await bench.run(phase);
    expect(ran).toMatchObject({ outcome: "already-done", own: [] });
    expect(ran.sentence).toMatch(/round r\w+ was closed by chain at 20.*nothing is left to do/);
  });

  test("closed: another run is sent to the first phase, which opens the next round", async () => {
    const bench = await startBench(chain);
    await bench.through(...phases);
    expect(await bench.run("work", { actor: bob })).toMatchObject({ outcome: "refused", own: [] });
    const opened = await bench.run("prepare", { actor: bob });
    expect(bodies(opened.own, "round-opened")).toHaveLength(1);
    expect(new Set(opened.events.map(({ round }) => round)).size).toBe(2);
  });

  test.each([
    ["rollback", "back"],
    ["reset", "wipe"],
  ])("closed by %s: its phases are refused, and a full chain runs again", async (by, way) => {
    const bench = await startBench(chain);
    await bench.through("prepare", "work");
    const left = await bench.run(way, { actor: bob });
    expect(left.outcome).toBe("succeeded");
    expect(bodies(left.own, "round-closed")).toMatchObject([{ by }]);
    const late = await bench.run("finish");
    expect(late).toMatchObject({ outcome: "refused", own: [] });
    expect(late.sentence).toContain(`closed by ${by}`);
    for (const phase of phases) {
      expect((await bench.run(phase, { actor: carol })).outcome).toBe("succeeded");
    }
    expect(made(bench)).toBe("act\nact\n");
  });

  test("a rollback and a reset act without any round, too", async () => {
    const bench = await startBench(chain);
    bench.put("one", "made", "");
    await bench.through("back");
    bench.put("one", "made", "");
    await bench.through("wipe");
    for (const phase of phases) {
      expect((await bench.run(phase, { actor: bob })).outcome).toBe("succeeded");
    }
    expect(made(bench)).toBe("act\n");
  });

  test("a reset waits for what is in flight, a rollback does not", async () => {
    const bench = await startBench({
      ...chain,
      steps: `- { id: act, on: one, timeout: 1s, repeatable: true, run: 'while [ -d $PWD ] && [ ! -e go ]; do sleep 0.05; done' }`,
    });
    await bench.through("prepare");
    const stop = new AbortController();
    const cancelled = await bench.run("work", {
      signal: stop.signal,
      onEvent: ({ body }) => {
        if (body.type === "step-intended") setTimeout(() => stop.abort(), 300);
      },
    });
    expect(cancelled.outcome).toBe("cancelled");
    const reset = await bench.run("wipe", { actor: bob });
    expect(reset).toMatchObject({ outcome: "refused", own: [] });
    expect(reset.sentence).toMatch(/"act" of phase work .* still in flight/);
    expect((await bench.run("back", { actor: bob })).outcome).toMatch(/succeeded|already-done/);
    bench.put("one", "go", "");
  });
});

test.each(["an open", "a closed"])(
  "a reset in %s round follows its own earlier attempt",
  async (where) => {
    const bench = await startBench({
      ...chain,
      phases: `- id: wipe
  dispatched: reset
  round: closes
  steps: [{ id: clear, on: one, run: 'while [ ! -e go ]; do sleep 0.05; done; echo wiped >> ran', check: 'if [ -e go ]; then echo done; else echo not-done; fi' }]`,
    });
    await bench.through("prepare", "work", ...(where === "a closed" ? ["finish"] : []));
    const stop = new AbortController();
    const cancelled = await bench.run("wipe", {
      signal: stop.signal,
      actor: bob,
      onEvent: ({ body }) => {
        if (body.type === "step-intended") setTimeout(() => stop.abort(), 300);
      },
    });
    expect(cancelled.outcome).toBe("cancelled");
    bench.put("one", "go", "");
    expect((await bench.run("wipe", { actor: bob })).outcome).toBe("succeeded");
    expect(made(bench)).toBe("act\nwiped\n");
  },
);

const carol: Actor = { run: "4713", runAttempt: 1, url: "", by: "carol" };

describe("what is bound to what", () => {
  test("the approved plan: a changed one is refused with both digests", async () => {
    const bench = await startBench(chain);
    const planDigest = (await bench.run("prepare")).plan?.digest;
    expect((await bench.run("work", { planDigest })).outcome).toBe("succeeded");
    bench.change({ steps: `- { id: act, on: one, run: touch other, repeatable: true }` });
    const ran = await bench.run("finish", { planDigest });
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toContain(planDigest?.slice(0, 12));
    expect(ran.sentence).toContain(ran.plan?.digest.slice(0, 12));
  });

  test("the round's runbook: a changed one is refused, but goes back with a note", async () => {
    const bench = await startBench(chain);
    await bench.through("prepare");
    bench.change({ steps: `- { id: act, on: one, run: touch other, repeatable: true }` });
    const ran = await bench.run("work");
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(/runbook or its variables changed since round/);
    const back = await bench.run("back");
    expect(back.outcome).toMatch(/succeeded|already-done/);
    expect(JSON.stringify(back.own)).toMatch(/the runbook changed since this round was opened/);
  });

  test("the round's runbook: the difference is shown, steps that are done first", async () => {
    const work = (line: string) => ({
      steps: `- { id: act, on: one, run: ${line}, repeatable: true }`,
    });
    const bench = await startBench({ ...chain, ...work("touch made") });
    await bench.through("prepare", "work");
    bench.change({ ...work("touch other"), finish: `- { id: later, on: one, assert: "true" }` });
    const ran = await bench.run("finish");
    expect(ran.outcome).toBe("refused");
    const [first, ...rest] = ran.sentence.split("; ");
    expect(first).toMatch(
      /work\/act, which is done, changed: - .*touch made.* \| \+ .*touch other/,
    );
    expect(rest.join("; ")).toMatch(/finish\/later added/);
    const back = await bench.run("back");
    expect(JSON.stringify(back.own)).toMatch(/goes on with the present one: .*touch other/);
  });

  test("the round's runbook: a changed variable is a changed runbook", async () => {
    const bench = await startBench({ ...chain, vars: "level: 1" });
    await bench.run("prepare", { vars: { level: 2 } });
    expect((await bench.run("work", { vars: { level: 3 } })).outcome).toBe("refused");
    expect((await bench.run("work", { vars: { level: 2 } })).outcome).toBe("succeeded");
  });

  test("the inventory's environment", async () => {
    const bench = await startBench(chain);
    const ran = await bench.run("prepare", { environment: "prod" });
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(/inventory of environment test, and prod was asked for/);
  });

  test.each([
    ["missing", undefined, /has no file `environment`/],
    ["of another environment", "prod\n", /prod/],
  ])("the journal's marker: %s", async (_, marker, says) => {
    const bench = await startBench(chain);
    const file = join(bench.journalDirectory, "environment");
    rmSync(file);
    if (marker !== undefined) writeFileSync(file, marker);
    const ran = await bench.run("prepare");
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(says);
    expect(bench.journalText()).toBe("");
  });

  test("a phase that is not there is named with those that are", async () => {
    const bench = await startBench(chain);
    const ran = await bench.run("wrok");
    expect(ran.outcome).toBe("refused");
    expect(ran.sentence).toMatch(/wrok.*prepare, work, finish, back, wipe/);
  });
});

describe.each([
  ["on the runner", undefined],
  ["on a host", "one"],
])("the lease, with the journal %s", (_, journalHost) => {
  const held = async (bench: Bench) =>
    acquireLease(localLease(bench.journalDirectory), {
      holder: bob,
      purpose: "work",
      ttlSeconds: 600,
      renewEverySeconds: 0,
    });

  test("held by another: refused with who and since when; given back: goes on", async () => {
    const bench = await startBench({
      ...chain,
      ...(journalHost === undefined ? {} : { journalHost }),
    });
    const lease = await held(bench);
    const ran = await bench.run("prepare");
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(/held by bob, run 4712 .* for work, since 20/);
    if (lease.kind === "held") await lease.release();
    expect((await bench.run("prepare")).outcome).toBe("succeeded");
  });

  test("a rollback takes it, with a higher token", async () => {
    const bench = await startBench({
      ...chain,
      ...(journalHost === undefined ? {} : { journalHost }),
    });
    await bench.through("prepare");
    const lease = await held(bench);
    const back = await bench.run("back");
    expect(back.outcome).toMatch(/succeeded|already-done/);
    const tokens = back.own.map(({ token }) => token);
    expect(Math.min(...tokens)).toBeGreaterThan(lease.token);
    expect(lease.kind === "held" && (await lease.renew())).toBe(false);
  });

  test("is free again after every ending", async () => {
    const bench = await startBench({
      ...chain,
      ...(journalHost === undefined ? {} : { journalHost }),
      steps: `- { id: act, on: one, assert: "false" }`,
    });
    await bench.through("prepare");
    expect((await bench.run("work")).outcome).toBe("refused");
    const lease = await held(bench);
    expect(lease.kind).toBe("held");
    if (lease.kind === "held") await lease.release();
  });
});

test("the runner's copy of a host's journal is the host's", async () => {
  const bench = await startBench({ ...chain, journalHost: "one" });
  const copyFile = join(bench.directory, "runner.jsonl");
  await bench.run("prepare", { copyFile });
  const ran = await bench.run("work", { copyFile });
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(copyFile, "utf8")).toBe(bench.journalText());
  expect(bench.journalText().trim().split("\n")).toHaveLength(ran.events.length);
  expect(outcomes).toContain(ran.outcome);
});
