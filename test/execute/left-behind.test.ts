import { describe, expect, test } from "vitest";
import { bob, startBench, type Bench } from "../support/bench.ts";

/* A rollback closes a round and waits for nothing; what it leaves running is asked for by the next round. */

const steps = `- id: act
  on: two
  run: while [ ! -e go ]; do sleep 0.05; done; echo acted >> acts
  check: if [ -e acts ]; then echo done; else echo not-done; fi`;
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, run: echo back >> acts, repeatable: true }]`;

/** A round that was rolled back while its command runs on. */
async function rolledBack(): Promise<Bench> {
  const bench = await startBench({ hosts: ["one", "two"], steps, phases });
  await bench.through("prepare");
  const cancel = new AbortController();
  const ran = await bench.run("work", {
    signal: cancel.signal,
    onEvent: ({ body }) => {
      if (body.type === "step-intended") setTimeout(() => cancel.abort(), 500);
    },
  });
  expect(ran.outcome).toBe("cancelled");
  return bench;
}

async function untilEnded(bench: Bench): Promise<void> {
  while (bench.read("two", "acts") === "") await new Promise((next) => setTimeout(next, 20));
}

describe("a command that outlives its round", () => {
  test("is named when the rollback closes it", async () => {
    const bench = await rolledBack();
    const back = await bench.run("back", { actor: bob });
    expect(back.outcome).toBe("succeeded");
    expect(back.own.at(-1)?.body).toMatchObject({
      type: "round-closed",
      state: expect.stringContaining("not proven to have ended: work/act@two") as unknown,
    });
  });

  test("keeps the next round from being opened until it has ended", async () => {
    const bench = await rolledBack();
    await bench.run("back", { actor: bob });
    const early = await bench.run("prepare", { actor: bob });
    expect(early).toMatchObject({ outcome: "refused", own: [] });
    expect(early.sentence).toMatch(/"act" of phase work on two, round r\S+ still runs/);
    bench.put("two", "go", "");
    await untilEnded(bench);
    await expect
      .poll(async () => (await bench.run("prepare", { actor: bob })).outcome, { timeout: 20_000 })
      .toBe("succeeded");
  });

  test("cannot be asked where its host is gone: refused as well", async () => {
    const bench = await rolledBack();
    await bench.run("back", { actor: bob });
    await bench.stop("two");
    const early = await bench.run("prepare", { actor: bob });
    expect(early).toMatchObject({ outcome: "refused", own: [] });
    expect(early.sentence).toMatch(/cannot be asked/);
  });
});
