import { describe, expect, test } from "vitest";
import { bob } from "../support/bench.ts";
import { Engine } from "../support/engine.ts";
import { bodies } from "../support/events.ts";

/* What a rollback counts against is what the round kept that reopened, whatever was begun since. */

const declarations = "readings: { mode: { on: one, run: cat mode, names: [mode] } }";
const finish = "- { id: keep, snapshot: at-reopening, on: one, tables: { rows: cat rows } }";
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - id: count
      on: one
      loss: { since: at-reopening, without-snapshot: { reading: mode, is: { mode: couch } } }
      tables: { rows: cat rows }
    - { id: undo, on: one, run: echo back >> ran, repeatable: true }`;
const accepting = (acceptDataLoss: number) => ({ inputs: { acceptDataLoss, keep503: false } });

function reopening(prepare = `- { id: ready, on: one, assert: test ! -e unfit }`): Engine {
  const engine = new Engine({ hosts: ["one"], declarations, prepare, finish, phases });
  engine.project.put("one", "rows", "a|1\n");
  engine.project.put("one", "mode", "sql\n");
  return engine;
}

describe("a rollback", () => {
  test("after reopening asks for what was written since, and does nothing before it is accepted", async () => {
    const engine = reopening();
    await engine.through("prepare", "work", "finish");
    engine.project.put("one", "rows", "a|2\nb|1\n");
    const asked = await engine.run("back");
    expect(asked.outcome).toBe("refused");
    expect(asked.next).toContain("accept-data-loss 2");
    expect(engine.project.read("one", "ran")).toBe("");
    expect((await engine.run("back", accepting(2))).outcome).toBe("succeeded");
    expect(engine.project.read("one", "ran")).toBe("back\n");
  });

  test.each([
    ["a new round was begun and left", ""],
    ["a new round's first phase was refused", "unfit"],
  ])("still asks after %s", async (_, unfit) => {
    const engine = reopening();
    await engine.through("prepare", "work", "finish");
    engine.project.put("one", "rows", "a|2\nb|1\n");
    if (unfit !== "") engine.project.put("one", unfit, "");
    engine.actor = bob;
    await engine.run("prepare");
    const asked = await engine.run("back");
    expect(asked.outcome).toBe("refused");
    expect(asked.sentence).toMatch(/2 would be lost|cannot be counted/);
    expect(engine.project.read("one", "ran")).toBe("");
  });

  test("before reopening asks nothing, where that is proven", async () => {
    const engine = reopening();
    await engine.through("prepare", "work");
    expect((await engine.run("back")).outcome).toBe("refused");
    engine.project.put("one", "mode", "couch\n");
    expect((await engine.run("back")).outcome).toBe("succeeded");
  });

  test("counts again when it is dispatched again", async () => {
    const engine = reopening();
    await engine.through("prepare", "work", "finish", "back");
    engine.project.put("one", "rows", "a|1\nb|1\n");
    expect((await engine.run("back")).outcome).toBe("refused");
  });
});

describe("a first phase that did not come through", () => {
  test("can be run again by the same run, and the chain goes on from it", async () => {
    const engine = reopening();
    engine.project.put("one", "unfit", "");
    expect((await engine.run("prepare")).outcome).toBe("refused");
    expect((await engine.run("work")).outcome).toBe("refused");
    await (await engine.connect("one")).exec({ line: "rm unfit" });
    const again = await engine.run("prepare");
    expect(again.outcome).toBe("succeeded");
    expect(bodies(again.events, "phase-started")).toHaveLength(1);
    await engine.through("work", "finish");
  });

  test("leaves the way free for another run", async () => {
    const engine = reopening();
    engine.project.put("one", "unfit", "");
    await engine.run("prepare");
    await (await engine.connect("one")).exec({ line: "rm unfit" });
    engine.actor = bob;
    for (const phase of ["prepare", "work", "finish"]) {
      expect((await engine.run(phase)).outcome).toBe("succeeded");
    }
  });
});
