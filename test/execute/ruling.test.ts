import { describe, expect, test } from "vitest";
import { runResolution, type Ruling } from "../../src/execute/run-resolution.ts";
import { ada, bob, startBench, type Bench } from "../support/bench.ts";
import { FakeClock } from "../support/fake-clock.ts";

/* A ruling is about an end that nothing can tell. What still runs has an end that can be waited for. */

const steps = `- id: act
  on: two
  run: while [ ! -e go ]; do sleep 0.05; done; echo acted >> acts
  check: cat answer
  timeout: 2s`;

async function inDoubt(): Promise<Bench> {
  const bench = await startBench({ hosts: ["one", "two"], steps });
  bench.put("two", "answer", "not-done\n");
  await bench.through("prepare");
  return bench;
}

async function ruled(bench: Bench, ruling: Ruling["ruling"]) {
  const request = bench.request("resolve", { actor: bob });
  const silent = { planned: () => undefined, event: () => undefined, say: () => undefined };
  return runResolution(request, { step: "act", ruling, reason: "looked" }, silent);
}

describe("a ruling", () => {
  test("on a command that is seen to run is refused, and named", async () => {
    const bench = await inDoubt();
    expect((await bench.run("work")).outcome).toBe("unknown");
    const end = await ruled(bench, "not-done");
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(/"act" of phase work on two, .* still runs/);
    bench.put("two", "go", "");
  });

  test("does not send again what has ended meanwhile: its end is read first", async () => {
    const bench = await inDoubt();
    expect((await bench.run("work")).outcome).toBe("unknown");
    bench.put("two", "go", "");
    await expect.poll(() => bench.read("two", "acts"), { timeout: 20_000 }).toBe("acted\n");
    bench.put("two", "answer", "done\n");
    await expect
      .poll(async () => (await ruled(bench, "not-done")).outcome, { timeout: 20_000 })
      .toBe("succeeded");
    expect((await bench.run("work")).outcome).toBe("succeeded");
    expect(bench.read("two", "acts")).toBe("acted\n");
  });
});

describe("a ruling on a command that came back well, while its check cannot tell", () => {
  async function ended(): Promise<Bench> {
    const bench = await startBench({
      hosts: ["one", "two"],
      steps: `- { id: act, on: two, run: echo acted >> acts, check: 'if [ -e acts ]; then cat answer; else echo not-done; fi' }`,
    });
    bench.put("two", "answer", "who knows\n");
    await bench.through("prepare");
    expect(await run(bench)).toMatchObject({ outcome: "unknown" });
    return bench;
  }
  const run = (bench: Bench) => bench.run("work", { clock: new FakeClock() });

  test("done: it is done, and nobody is asked again", async () => {
    const bench = await ended();
    expect((await ruled(bench, "done")).outcome).toBe("succeeded");
    expect((await run(bench)).outcome).toBe("already-done");
    expect(bench.read("two", "acts")).toBe("acted\n");
    expect((await bench.run("finish")).outcome).toBe("succeeded");
  });

  test("not-done: it is sent once more, and its new end is asked for anew", async () => {
    const bench = await ended();
    expect((await ruled(bench, "not-done")).outcome).toBe("succeeded");
    expect((await run(bench)).outcome).toBe("unknown");
    expect(bench.read("two", "acts")).toBe("acted\nacted\n");
    expect((await run(bench)).outcome).toBe("unknown");
    expect(bench.read("two", "acts")).toBe("acted\nacted\n");
  });

  test("and the check that can tell by now says something else: the check counts", async () => {
    const bench = await ended();
    expect((await ruled(bench, "done")).outcome).toBe("succeeded");
    bench.put("two", "answer", "not-done\n");
    expect((await run(bench)).outcome).toBe("failed");
    expect(bench.read("two", "acts")).toBe("acted\n");
  });
});

test("a way back in doubt is ruled on also where the chain had closed the round", async () => {
  const bench = await startBench({
    hosts: ["one", "two"],
    phases: `- id: back
  dispatched: rollback
  round: closes
  steps:
    - id: act
      on: two
      run: echo acted >> acts; kill -KILL $PPID $$
      check: if [ -e acts ]; then cat answer; else echo not-done; fi`,
  });
  bench.put("two", "answer", "who knows\n");
  await bench.through("prepare", "work", "finish");
  const back = () => bench.run("back", { actor: bob, clock: new FakeClock() });
  const first = await back();
  expect(first.outcome).toBe("unknown");
  expect(first.next).toContain("rule on back/act with resolve");
  expect((await ruled(bench, "done")).outcome).toBe("succeeded");
  expect((await back()).outcome).toBe("already-done");
  expect(bench.read("two", "acts")).toBe("acted\n");
});

test("while a later phase has something in flight, no earlier one acts, not even in another run with a reason", async () => {
  const bench = await inDoubt();
  expect((await bench.run("work")).outcome).toBe("unknown");
  for (const actor of [ada, bob]) {
    const early = await bench.run("prepare", { actor, reason: "again" });
    expect(early).toMatchObject({ outcome: "refused", own: [] });
    expect(early.sentence).toMatch(/"act" of phase work in round .* may still be under way/);
  }
  bench.put("two", "go", "");
});
