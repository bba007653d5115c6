import { describe, expect, test } from "vitest";
import { type Decision, runResolution } from "../../src/execute/run-resolution.ts";
import type { Event } from "../../src/journal/event.ts";
import { bob, startBench, type Bench } from "../support/bench.ts";

/* What a person may decide on the downtime's budget; writes go down in `work`, which may take an hour. */

const steps = `- { id: off, on: one, run: echo off >> ran, check: "if grep -q off ran; then echo done; else echo not-done; fi", downtime: starts }`;
const finish = `- { id: on, on: one, run: echo on >> ran, repeatable: true, downtime: ends }`;
const declarations = "downtime: { budget: 1h }";

async function benchWith(options: { declarations?: string } = { declarations }): Promise<Bench> {
  const bench = await startBench({ hosts: ["one"], steps, finish, ...options });
  await bench.through("prepare");
  return bench;
}

/** Decides so many hours from now. */
async function decide(bench: Bench, budgetSeconds: number, hours = 0, step = "downtime") {
  const now = (): Date => new Date(Date.now() + hours * 3_600_000);
  const clock = { now, sleep: () => Promise.resolve() };
  const events: Event[] = [];
  const decision: Decision = { step, ruling: { budgetSeconds }, reason: "agreed" };
  const end = await runResolution(bench.request("resolve", { actor: bob, clock }), decision, {
    planned: () => undefined,
    event: (event) => events.push(event),
    say: () => undefined,
  });
  return { ...end, own: events };
}

describe("a decision on the budget", () => {
  test("is an event of the round, by whom and why, and names the phase that goes on", async () => {
    const bench = await benchWith();
    await bench.through("work");
    const end = await decide(bench, 3 * 3600, 2);
    expect(end.outcome).toBe("succeeded");
    expect(end.sentence).toMatch(
      /bob gave the downtime a budget of 3:00:00, of which 2:00:0\d are spent: agreed/,
    );
    expect(end.next).toBe("re-run phase finish: it goes on from there");
    expect(end.own.map(({ body, place }) => ({ body, place }))).toEqual([
      {
        body: { type: "downtime-budget", seconds: 10_800, reason: "agreed", by: "bob" },
        place: {},
      },
    ]);
  });

  test("is refused where it is not longer than what has elapsed", async () => {
    const bench = await benchWith();
    await bench.through("work");
    const end = await decide(bench, 3600, 2);
    expect(end).toMatchObject({ outcome: "refused", own: [] });
    expect(end.sentence).toMatch(
      /a budget of 1:00:00 is spent already: writes are down for 2:00:0\d/,
    );
  });

  test("is refused where no downtime runs: before it, and after it", async () => {
    const bench = await benchWith();
    const early = await decide(bench, 3600);
    expect(early).toMatchObject({ outcome: "refused", own: [] });
    expect(early.sentence).toContain("no downtime runs in test");
    await bench.through("work", "finish");
    expect((await decide(bench, 3600)).sentence).toContain("no downtime runs in test");
  });

  test("is refused for a step, and where the runbook has no budget", async () => {
    const bench = await benchWith();
    await bench.through("work");
    expect((await decide(bench, 3600, 0, "off")).sentence).toContain("and not that of off");
    const other = await benchWith({});
    await other.through("work");
    expect((await decide(other, 3600)).sentence).toContain("gives its downtime no budget");
  });
});
