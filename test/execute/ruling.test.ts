import { describe, expect, test } from "vitest";
import { runResolution, type Ruling } from "../../src/execute/run-resolution.ts";
import { ada, bob, startBench, type Bench } from "../support/bench.ts";

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
