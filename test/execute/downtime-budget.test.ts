import { describe, expect, test } from "vitest";
import type { KnownDurations } from "../../src/execute/execute-phase.ts";
import { Engine } from "../support/engine.ts";
import { bodies } from "../support/events.ts";

/* Writes go down in `work`, and up again in `finish`. Each run of a phase begins a minute after the one before. */

const steps = `- { id: off, on: one, run: echo off >> ran, check: "if grep -q off ran; then echo done; else echo not-done; fi", downtime: starts }
- { id: first, on: one, run: echo first >> ran, check: "if grep -q first ran; then echo done; else echo not-done; fi" }
- { id: second, on: one, run: echo second >> ran, check: "if grep -q second ran; then echo done; else echo not-done; fi" }`;
const finish = `- { id: look, on: one, assert: "true" }
- { id: on, on: one, run: echo on >> ran, repeatable: true, downtime: ends }`;
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - { id: flip, on: one, run: echo back >> ran, repeatable: true, downtime: ends }`;

function engineWith(budget: string, more: { steps?: string; finish?: string } = {}): Engine {
  const declarations = `downtime: { budget: ${budget} }`;
  return new Engine({ hosts: ["one"], steps, finish, phases, declarations, ...more });
}

function took(seconds: Readonly<Record<string, number>>): KnownDurations {
  const timings = {
    phases: {},
    steps: Object.fromEntries(
      Object.entries(seconds).map(([step, one]) => [step, { seconds: one }]),
    ),
  };
  return { source: "pre-prod", timings };
}

const decided = (seconds: number) =>
  [{ type: "downtime-budget", seconds, reason: "agreed", by: "bob" }] as const;

describe("a step that is not expected to fit", () => {
  const durations = took({ "work/first": 60, "work/second": 700 });

  test("is refused with what it is known from, and what was done before it stands", async () => {
    const engine = engineWith("10m");
    await engine.through("prepare");
    const end = await engine.run("work", { durations });
    expect(end).toMatchObject({ outcome: "refused", changed: true });
    expect(end.sentence).toContain(
      'work › "Second" refused: it is not expected to fit into the budget: writes are down for 00:00 of 10:00, and this step is expected to take 11:40 (as in pre-prod)',
    );
    expect(end.next).toMatch(
      /step downtime, ruling budget=DURATION .* re-run phase work; or .* rollback/,
    );
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\n");
    const [step] = bodies(end.events, "step-ended", "second");
    expect(step).toMatchObject({ outcome: "refused", next: end.next });
    expect(bodies(end.events, "phase-ended")[0]).toMatchObject({ outcome: "refused" });
  });

  test("is refused at the start of a re-run, before anything is done again, until a person decides", async () => {
    const engine = engineWith("10m");
    await engine.through("prepare");
    await engine.run("work", { durations });
    const again = await engine.run("work");
    expect(again.outcome).toBe("refused");
    expect(again.changed).toBeUndefined();
    expect(again.sentence).toMatch(/what is left of this phase is expected to take 11:40 \(/);
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\n");
    await engine.wrote("second", decided(3600));
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\nsecond\n");
  });

  test("the downtime that is about to start is said to be too long for its budget", async () => {
    const engine = engineWith("10m");
    await engine.through("prepare");
    const { events } = await engine.run("work", { durations });
    const notes = bodies(events, "observed").flatMap(({ observation }) =>
      observation.kind === "note" ? [observation.text] : [],
    );
    expect(notes).toEqual(["the downtime is expected to take 12:40, and its budget is 10:00"]);
  });

  test("what nothing is known of counts as nothing, and fits", async () => {
    const engine = engineWith("10m");
    await engine.through("prepare", "work");
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\nsecond\n");
  });
});

describe("a budget that is spent", () => {
  const held = steps.replace("echo second >> ran,", "cat open && echo second >> ran,");

  async function spent(): Promise<Engine> {
    const engine = engineWith("2m", { steps: held });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    engine.clock.pass(3600);
    engine.project.put("one", "open", "");
    return engine;
  }

  test("lets nothing start that is not done, and goes on after a decision", async () => {
    const engine = await spent();
    const end = await engine.run("work");
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(
      /"Second" refused: the budget is spent: writes are down for 1:01:00 of 02:00, and nothing tells how long/,
    );
    await engine.wrote("second", decided(7200));
    expect((await engine.run("work")).outcome).toBe("succeeded");
  });

  test("lets what is in flight be judged by its check, and sends nothing anew", async () => {
    const engine = await spent();
    await engine.wrote(
      "second",
      [{ type: "step-intended", act: "x", id: "x-9", resume: {} }],
      9,
      "one",
    );
    const end = await engine.run("work");
    expect(end.outcome).toBe("refused");
    expect(bodies(end.events, "step-checked", "second")[0]?.state).toBe("not-done");
    expect(bodies(end.events, "step-intended")).toEqual([]);
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\n");
  });

  test("takes what is in flight for done where its check says so", async () => {
    const engine = await spent();
    await engine.wrote(
      "second",
      [{ type: "step-intended", act: "x", id: "x-9", resume: {} }],
      9,
      "one",
    );
    engine.project.put("one", "ran", "off\nfirst\nsecond\n");
    expect((await engine.run("work")).outcome).toBe("already-done");
  });

  test("stops neither the probe that ends the downtime nor the act that it proves", async () => {
    const both = `${steps}
- { id: open, on: one, run: test -e well && echo open >> ran, repeatable: true }
- { id: look, on: one, assert: "true" }
- { id: taken, on: one, url: "http://127.0.0.1:1", probe: [{ method: GET, path: /, endpoint: root, expect: 200 }], downtime: ends }`;
    const over = '- { id: over, on: one, assert: "true" }';
    const engine = engineWith("30s", { steps: both, finish: over });
    await engine.through("prepare");
    expect((await engine.run("work")).sentence).toContain('"Open" failed');
    engine.project.put("one", "well", "");
    // A minute later the budget is spent, and this is the only way to open.
    await engine.run("work");
    expect(engine.project.read("one", "ran")).toBe("off\nfirst\nsecond\nopen\n");
  });

  test("stops neither reopening nor the way back", async () => {
    const engine = engineWith("2m");
    await engine.through("prepare", "work");
    engine.clock.pass(3600);
    expect((await engine.run("finish")).outcome).toBe("succeeded");
    const other = await spent();
    expect((await other.run("back")).outcome).toBe("succeeded");
    expect(other.project.read("one", "ran")).toBe("off\nfirst\nback\n");
  });
});

test("without a budget nothing is stopped, and what was expected is kept once in the round", async () => {
  const engine = new Engine({ hosts: ["one"], steps, finish });
  const durations = took({ "work/second": 1e6 });
  const prepared = await engine.run("prepare", { durations });
  expect(bodies(prepared.events, "expected-timings")).toMatchObject([{ source: "pre-prod" }]);
  const { outcome, events } = await engine.run("work", { durations });
  expect(outcome).toBe("succeeded");
  expect(bodies(events, "expected-timings")).toEqual([]);
});
