import { describe, expect, test } from "vitest";
import { bodies } from "../support/events.ts";
import { bob, startBench } from "../support/bench.ts";
import type { RunOptions } from "../support/bench.ts";

/*
 * A cancellation comes while a step is in the middle of what it does: each kind of step in its own way.
 * What waits would wait for a minute and more, so a test that ends has been cancelled.
 */

const wait = "while [ -d $PWD ] && [ ! -e go ]; do sleep 0.05; done";
const slowQuestion = `touch asked; i=0; while [ $i -lt 1200 ]; do sleep 0.05; i=$((i + 1)); done`;

/** Aborts a little after the step has begun. */
function cancelling(step: string, type = "step-started", milliseconds = 250): RunOptions {
  const stop = new AbortController();
  return {
    signal: stop.signal,
    onEvent: ({ body, place }) => {
      if (body.type === type && place.step === step) setTimeout(() => stop.abort(), milliseconds);
    },
  };
}

const declarations = `readings: { slow: { on: one, names: [a], run: '${slowQuestion}' } }
logs: { requests: { on: one, files: "\${folder}/log", entry: '^(?<method>[A-Z]+) (?<status>\\d+)$' } }`;

describe("a phase that is cancelled", () => {
  test.each([
    ["in a command", `- { id: act, on: one, repeatable: true, run: '${wait}' }`],
    ["in a check", `- { id: act, on: one, run: touch ran, check: '${slowQuestion}' }`],
    ["in a question", `- { id: act, on: one, assert: '${slowQuestion}' }`],
    ["in a reading", `- { id: act, reading: slow, expect: { a: "1" } }`],
    ["in a watch", `- { id: act, watch: requests, for: 10m }`],
    ["in a wait for quiet", `- { id: act, watch: requests, until-quiet: 5m, timeout: 10m }`],
    [
      "in probes that are not steady",
      `- { id: act, on: one, url: "http://127.0.0.1:1", timeout: 5m, steady: { times: 2, every: 1s }, probe: [{ method: GET, path: /, endpoint: root, expect: 200 }] }`,
    ],
    ["in a snapshot", `- { id: act, on: one, snapshot: now, tables: { rows: '${slowQuestion}' } }`],
    [
      "in a count of losses",
      `- { id: act, on: one, loss: { count: rows }, tables: { rows: '${slowQuestion}' } }`,
    ],
  ])(
    "%s ends as cancelled, with the events and the lease freed",
    async (_, steps) => {
      const bench = await startBench({ hosts: ["one"], declarations, steps });
      await bench.through("prepare");
      const ran = await bench.run("work", cancelling("act"));
      bench.put("one", "go", "");
      expect(ran.outcome).toBe("cancelled");
      expect(bodies(ran.own, "step-ended", "act").at(-1)).toMatchObject({ outcome: "cancelled" });
      expect(bodies(ran.own, "phase-ended")).toMatchObject([{ outcome: "cancelled" }]);
      expect(ran.next).toMatch(/run.* phase|this phase/);
      // The lease is free; what is still in flight is for its own phase to follow.
      const after = await bench.run("prepare");
      expect(["already-done", "refused"]).toContain(after.outcome);
      expect(after.sentence).not.toContain("the lease is held");
    },
    20_000,
  );

  test("between two steps: the next is not begun", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: `- { id: first, on: one, run: touch first, repeatable: true }\n- { id: second, on: one, run: touch second, repeatable: true }`,
    });
    await bench.through("prepare");
    const stop = new AbortController();
    const ran = await bench.run("work", {
      signal: stop.signal,
      onEvent: ({ body, place }) => {
        if (body.type === "step-ended" && place.host === undefined) stop.abort();
      },
    });
    expect(ran.outcome).toBe("cancelled");
    expect(ran.sentence).toContain('cancelled before "Second"');
    expect(bodies(ran.own, "step-started")).toHaveLength(1);
  });

  test("what runs on is named, and the next run follows it to its end", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: `- { id: act, on: one, run: 'echo started >> started; ${wait}; echo ended >> ended', check: 'if [ -e ended ]; then echo done; else echo not-done; fi' }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work", cancelling("act", "step-intended"));
    expect(ran.outcome).toBe("cancelled");
    expect(ran.sentence).toMatch(/runs on in .*\.runbook-phase\/jobs/);
    bench.put("one", "go", "");
    expect((await bench.run("work")).outcome).toBe("succeeded");
    expect(bench.read("one", "started")).toBe("started\n");
  });

  test("before it began: nothing is done", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: "- { id: act, on: one, run: touch ran, repeatable: true }",
    });
    await bench.through("prepare");
    const ran = await bench.run("work", { signal: AbortSignal.abort() });
    expect(ran.outcome).toBe("cancelled");
    expect(bodies(ran.own, "step-started")).toEqual([]);
  });
});

describe("a phase whose deadline passes", () => {
  const limited = { hosts: ["one"], workTimeout: "2s" };

  test("while a command runs: its end is unknown, it is named, and the next run follows it", async () => {
    const bench = await startBench({
      ...limited,
      steps: `- { id: act, on: one, run: 'echo started >> started; ${wait}; echo ended >> ended', check: 'if [ -e ended ]; then echo done; else echo not-done; fi' }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe("unknown");
    expect(ran.sentence).toMatch(/deadline of 2 s passed: .*runs on in .*\.runbook-phase\/jobs/);
    bench.put("one", "go", "");
    expect((await bench.run("work")).outcome).toBe("succeeded");
    expect(bench.read("one", "started")).toBe("started\n");
  });

  test("while something is only asked: refused, since nothing was changed", async () => {
    const bench = await startBench({
      ...limited,
      steps: `- { id: act, on: one, assert: '${slowQuestion}' }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe("refused");
    expect(ran.sentence).toContain("the phase's deadline of 2 s passed");
    expect(bodies(ran.own, "phase-ended")).toMatchObject([{ outcome: "refused" }]);
  });
});

describe("what does not end when it is cancelled", () => {
  test("is left alone: the events are written, the lease is free, and it can change nothing more", async () => {
    const bench = await startBench({
      hosts: ["one", "two"],
      journalHost: "one",
      steps: `- { id: act, on: two, run: touch ran, check: 'if [ -e ran ]; then echo done; else echo not-done; fi' }`,
    });
    await bench.through("prepare");
    await bench.hang("two");
    const ran = await bench.run("work", cancelling("act"));
    expect(ran.outcome).toBe("cancelled");
    expect(bodies(ran.own, "phase-ended")).toMatchObject([{ outcome: "cancelled" }]);
    expect(bench.read("two", "ran")).toBe("");
    await bench.stop("two");
    await bench.start("two");
    expect((await bench.run("work")).outcome).toBe("succeeded");
  }, 15_000);
});

describe("a host that hangs", () => {
  const hosts = { hosts: ["one", "two"], journalHost: "one" };

  test("and may still run what an earlier round left there: who cancels does not wait for it", async () => {
    const bench = await startBench({
      ...hosts,
      steps: `- { id: act, on: two, run: 'touch begun; ${wait}; touch over', check: 'if [ -e over ]; then echo done; else echo not-done; fi' }`,
      phases: `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, run: touch undone, repeatable: true }]`,
    });
    await bench.through("prepare");
    await bench.run("work", cancelling("act", "step-intended", 500));
    await bench.through("back");
    await bench.hang("two");
    const ran = await bench.run("prepare", { actor: bob, signal: AbortSignal.timeout(1500) });
    expect(ran.sentence).toContain("cancelled before it began");
    expect(ran).toMatchObject({ outcome: "cancelled", own: [] });
    bench.put("two", "go", "");
  }, 20_000);

  test("is not waited for when a round begins, which would only tidy it", async () => {
    const bench = await startBench({
      ...hosts,
      steps: `- { id: act, on: two, run: touch ran, repeatable: true }`,
    });
    await bench.hang("two");
    expect((await bench.run("prepare")).outcome).toBe("succeeded");
  }, 15_000);

  test("and would say whether a step is needed at all: who cancels does not wait for it", async () => {
    const bench = await startBench({
      ...hosts,
      steps: `- { id: first, until: second, on: one, run: touch first, repeatable: true }
- { id: second, on: two, run: touch second, check: 'if [ -e second ]; then echo done; else echo not-done; fi' }
- { id: third, on: one, assert: test -e well }`,
    });
    await bench.through("prepare");
    expect((await bench.run("work")).outcome).toBe("failed");
    await bench.hang("two");
    const stop = new AbortController();
    const ran = await bench.run("work", {
      signal: stop.signal,
      onEvent: ({ body }) => {
        if (body.type === "phase-started") setTimeout(() => stop.abort(), 250);
      },
    });
    expect(ran.outcome).toBe("cancelled");
    expect(ran.sentence).toContain('cancelled before "First"');
    expect(bodies(ran.own, "step-skipped")).toEqual([]);
  }, 15_000);

  test("is left alone when a question's time is up", async () => {
    const bench = await startBench({
      ...hosts,
      steps: `- { id: act, on: two, assert: "true", timeout: 1s }`,
    });
    await bench.through("prepare");
    await bench.hang("two");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe("refused");
    expect(ran.sentence).toMatch(/not done within 1 s: .*left alone/);
  }, 15_000);
});
