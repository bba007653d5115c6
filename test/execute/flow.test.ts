import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { LeaseLostError } from "../../src/execute/lease-lost-error.ts";
import type { Event } from "../../src/journal/event.ts";
import { bodies, stepEnds } from "../support/events.ts";
import { Engine } from "../support/engine.ts";
import { ScriptedConsole } from "../support/scripted-console.ts";

/** A step that appends its id to the file `ran` and is done when its own file exists. */
function touches(id: string, also = ""): string {
  return `- id: ${id}
  on: one
  run: echo ${id} >> ran; touch ${id}
  check: if [ -e ${id} ]; then echo done; else echo not-done; fi
${also.replaceAll(/^(?=.)/gm, "  ")}
`;
}

function ran(engine: Engine): string[] {
  return engine.project.read("one", "ran").split("\n").slice(0, -1);
}

function skipped(events: readonly Event[]): string[] {
  return events.flatMap(({ body, place }) =>
    body.type === "step-skipped" ? [`${place.step}: ${body.reason}`] : [],
  );
}

describe("redo-from", () => {
  const steps = (third: string): string => `${touches("first", "until: third")}
- id: second
  on: one
  run: echo second >> ran
  repeatable: true
- id: third
  on: one
  run: echo third >> ran; echo ${third} > answer
  check: cat answer
  on-partial: { redo-from: first }
${touches("fourth")}`;

  test("goes back, does again what is only needed until then, and goes on", async () => {
    const engine = new Engine({ hosts: ["one"], steps: steps("done") });
    engine.project.put("one", "answer", "partial\n");
    await engine.through("prepare");
    // The second time round the third finds its old part gone, as the first step took it away.
    const end = await engine.run("work", {
      onEvent: ({ body, place }) => {
        if (place.step === "second" && body.type === "step-applied")
          if (ran(engine).filter((id) => id === "second").length === 2)
            engine.project.put("one", "answer", "not-done\n");
      },
    });
    expect(end.outcome).toBe("succeeded");
    expect(ran(engine)).toEqual(["first", "second", "first", "second", "third", "fourth"]);
  });

  test("not where another host's end is unknown: nothing goes past that", async () => {
    const engine = new Engine({
      hosts: ["one", "two"],
      steps: `${touches("first")}
- id: act
  on: all
  order: parallel
  run: echo act >> ran
  check: cat answer
  on-partial: { redo-from: first }`,
    });
    await engine.through("prepare");
    engine.project.put("one", "answer", "partial\n");
    engine.project.put("two", "answer", "who knows\n");
    await engine.wrote(
      "act",
      [{ type: "step-intended", act: "echo act", id: "act.two.1", resume: {} }],
      1,
      "two",
    );
    const end = await engine.run("work");
    expect(end.outcome).toBe("unknown");
    expect(ran(engine)).toEqual(["first"]);
    expect(stepEnds(end.events).filter((one) => one.startsWith("act"))).toContain("act: unknown");
  });

  test("only once: still done in part, it is a failure", async () => {
    const engine = new Engine({ hosts: ["one"], steps: steps("done") });
    engine.project.put("one", "answer", "partial\n");
    await engine.through("prepare");
    const end = await engine.run("work");
    expect(end.outcome).toBe("failed");
    expect(ran(engine)).toEqual(["first", "second", "first", "second"]);
    expect(stepEnds(end.events).at(-1)).toBe("third: failed");
  });
});

describe("a lease that is lost on one of several hosts", () => {
  test("ends the phase when the others have ended, and says how they did", async () => {
    const engine = new Engine({
      hosts: ["one", "two"],
      steps: `- { id: act, on: all, order: parallel, repeatable: true, run: sleep 0.5; touch acted }`,
    });
    await engine.through("prepare");
    let asked = 0;
    const mayMutate = (): void => {
      asked += 1;
      if (asked === 2) throw new LeaseLostError("somebody else acts");
    };
    await expect(engine.run("work", { mayMutate })).rejects.toThrow(
      /somebody else acts; on (one|two) it ended: succeeded/,
    );
  });
});

describe("until", () => {
  const steps = `${touches("first", "until: second")}${touches("second")}- { id: third, on: one, assert: test -e well }`;

  test("once the later step is done, the earlier one is not needed, whatever its own check says", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    await (await engine.connect("one")).exec({ line: "rm first; touch well" });
    const again = await engine.run("work");
    expect(again.outcome).toBe("succeeded");
    expect(skipped(again.events)).toEqual([`first: not needed: "Second" is done`]);
    expect(ran(engine)).toEqual(["first", "second"]);
  });

  test("a later step that stands from an earlier round is not this round's work", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    engine.project.put("one", "second", "");
    engine.project.put("one", "well", "");
    await engine.through("prepare", "work");
    expect(ran(engine)).toEqual(["first"]);
  });
});

describe("when", () => {
  const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - { id: open, on: one, run: echo open >> ran, repeatable: true, when: { input: keep-503, is: false } }
    - { id: closed, on: one, run: echo closed >> ran, repeatable: true, when: { input: keep-503, is: true } }`;

  test.each([
    [false, ["open"], ["closed: only when keep-503 is true"]],
    [true, ["closed"], ["open: only when keep-503 is false"]],
  ])("keep-503 %s", async (keep503, done, left) => {
    const engine = new Engine({ hosts: ["one"], phases });
    await engine.through("prepare");
    const end = await engine.run("back", { inputs: { acceptDataLoss: undefined, keep503 } });
    expect(end.outcome).toBe("succeeded");
    expect(ran(engine)).toEqual(done);
    expect(skipped(end.events)).toEqual(left);
  });
});

describe("on-refusal", () => {
  const steps = (undo: string): string => `${touches("closed")}
- id: count
  loss: { count: rows }
  on: one
  tables: { rows: cat rows }
  on-refusal:
    - { id: undo, on: one, run: ${undo}, repeatable: true }
${touches("after")}`;

  test.each([
    [
      "what was put back makes it a refusal",
      "echo undo >> ran; rm closed",
      "refused",
      /1 would be lost.*everything was put back/,
    ],
    [
      "what cannot be put back is a failure, with both reasons",
      "exit 5",
      "failed",
      /1 would be lost.*"Undo" did not work: .*exit status 5/,
    ],
  ])("%s", async (_, undo, outcome, says) => {
    const engine = new Engine({ hosts: ["one"], steps: steps(undo) });
    engine.project.put("one", "rows", "1|1\n");
    await engine.through("prepare");
    const end = await engine.run("work");
    expect(end.outcome).toBe(outcome);
    expect(end.sentence).toMatch(says);
    expect(ran(engine)).not.toContain("after");
  });

  test("a rollback whose clean-up worked can be dispatched again with the number", async () => {
    const phases = `- id: back\n  dispatched: rollback\n  round: closes\n  steps:\n${steps("echo undo >> ran; rm closed").replaceAll(/^(?=.)/gm, "    ")}`;
    const engine = new Engine({ hosts: ["one"], phases });
    engine.project.put("one", "rows", "1|1\n");
    await engine.through("prepare");
    expect((await engine.run("back")).outcome).toBe("refused");
    const inputs = { acceptDataLoss: 1, keep503: false };
    expect((await engine.run("back", { inputs })).outcome).toBe("succeeded");
    expect(ran(engine)).toEqual(["closed", "undo", "closed", "after"]);
  });
});

describe("required: false", () => {
  test.each([
    ["a failure", "run: exit 1\n  repeatable: true", "failed"],
    ["a condition that does not hold", `assert: "false"`, "refused"],
  ])("%s is reported and passed over", async (_, what, outcome) => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- id: nice\n  on: one\n  required: false\n  ${what}\n${touches("needed")}`,
    });
    await engine.through("prepare");
    const end = await engine.run("work");
    expect(end.outcome).toBe("succeeded");
    expect(stepEnds(end.events)).toEqual([`nice: ${outcome}`, "needed: succeeded"]);
  });
});

describe("downtime", () => {
  const steps = `${touches("close", "downtime: starts")}
- { id: well, on: one, assert: test -e well }
${touches("open", "downtime: ends")}`;
  const clocks = (text: string): string[] => text.match(/"type":"downtime-\w+"/g) ?? [];

  test("starts and ends once, whichever run verified it, and counts what lies between", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    expect((await engine.run("work")).outcome).toBe("refused");
    engine.project.put("one", "well", "");
    const third = await engine.run("work");
    expect(third.outcome).toBe("succeeded");
    const again = await engine.run("work");
    expect(again.outcome).toBe("already-done");
    const text = engine.project.journalText();
    expect(clocks(text)).toEqual(['"type":"downtime-started"', '"type":"downtime-ended"']);
    // Three runs apart by 60 s each: nothing in between moves the clock.
    expect(bodies(third.events, "downtime-ended")).toMatchObject([{ seconds: 120 }]);
  });

  test("goes on although the act was done, until real requests are taken again", async () => {
    let status = 503;
    const server = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>((listening) => {
      server.listen(0, "127.0.0.1", listening);
    });
    const { port } = server.address() as AddressInfo;
    const engine = new Engine({
      hosts: ["one"],
      steps: `${touches("close", "downtime: starts")}
${touches("open")}
- id: taken
  on: one
  url: http://127.0.0.1:${port}
  probe: [{ method: PUT, path: /, endpoint: root, expect: 401 }]
  downtime: ends`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    expect(clocks(engine.project.journalText())).toEqual(['"type":"downtime-started"']);
    status = 401;
    const end = await engine.run("work");
    server.close();
    expect(end.outcome).toBe("succeeded");
    expect(bodies(end.events, "downtime-ended")).toMatchObject([{ seconds: 60 }]);
  });

  test("does not start when the step that starts it was not verified", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- { id: close, on: one, run: "true", check: echo not-done, downtime: starts }\n- { id: open, on: one, run: "true", repeatable: true, downtime: ends }`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    expect(clocks(engine.project.journalText())).toEqual([]);
  });
});

describe("a phase that is run again", () => {
  test("after its success: what changes is checked, what only looks is not asked again", async () => {
    const engine = new Engine({
      steps: `- { id: look, on: all, assert: echo asked >> looked }\n${touches("change")}`,
    });
    await engine.through("prepare", "work");
    const end = await engine.run("work");
    expect(end.outcome).toBe("already-done");
    expect(stepEnds(end.events)).toEqual(["look: already-done", "change: already-done"]);
    expect(engine.project.read("two", "looked")).toBe("asked\n");
    expect(bodies(end.events, "step-checked", "change")).toMatchObject([{ state: "done" }]);
    expect(ran(engine)).toEqual(["change"]);
  });

  test("after a failure: what is done stays, the rest goes on, and what looks is asked again", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- { id: look, on: one, assert: echo asked >> looked }
${touches("change")}- { id: well, on: one, assert: test -e well }
${touches("rest")}`,
    });
    await engine.through("prepare");
    await engine.run("work");
    engine.project.put("one", "well", "");
    const end = await engine.run("work");
    expect(end.outcome).toBe("succeeded");
    expect(stepEnds(end.events)).toEqual([
      "look: succeeded",
      "change: already-done",
      "well: succeeded",
      "rest: succeeded",
    ]);
    expect(engine.project.read("one", "looked")).toBe("asked\nasked\n");
    expect(ran(engine)).toEqual(["change", "rest"]);
  });

  test("with a host that failed before: the others are checked and left alone", async () => {
    const engine = new Engine({
      steps: `- id: act
  on: all
  order: parallel
  env: { ME: "\${me}" }
  run: echo ran >> ran; if [ "$ME" = two ] && [ ! -e well ]; then exit 1; fi; touch made
  check: if [ -e made ]; then echo done; else echo not-done; fi`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("failed");
    engine.project.put("two", "well", "");
    expect((await engine.run("work")).outcome).toBe("succeeded");
    const counts = engine.project.hosts.map((host) => engine.project.read(host, "ran"));
    expect(counts).toEqual(["ran\n", "ran\nran\n", "ran\n"]);
  });

  test("changed beneath the journal: named with the step, and nothing goes past it", async () => {
    const engine = new Engine({ hosts: ["one"], steps: `${touches("change")}${touches("after")}` });
    await engine.through("prepare", "work");
    await (await engine.connect("one")).exec({ line: "rm change after" });
    const end = await engine.run("work");
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(/"Change" failed: changed beneath the journal/);
    expect(end.next).toMatch(/find out who changed it/);
    expect(ran(engine)).toEqual(["change", "after"]);
  });
});

describe("an evaluation that finds its console in use", () => {
  const declarations = `consoles:
  shell: { on: one, directory: /, node: n@h, start: a, attach: b, ping: c, stop: d }`;
  const steps = `- { id: act, console: shell, eval: "m:f().", expect: ok, check: { eval: "m:done().", done: "true" } }`;

  test("an attempt that is under way stays in flight until somebody can look", async () => {
    const shell = new ScriptedConsole({
      "m:done().": () => (shell.kept.size === 0 || open ? "false" : "true"),
      "m:f().": { kind: "running", seconds: 120 },
    });
    let open = true;
    const engine = new Engine({ hosts: ["one"], declarations, steps, consoles: { shell } });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("unknown");
    const id = shell.sent[0]?.id ?? "";
    const running = shell.kept.get(id);
    shell.kept.set(id, {
      kind: "refused",
      reason: "somebody is attached",
      next: "ask them to leave",
    });
    const second = await engine.run("work");
    expect(second).toMatchObject({ outcome: "unknown", next: "ask them to leave" });
    expect(second.sentence).toContain("somebody is attached");
    if (running !== undefined) shell.kept.set(id, running);
    expect((await engine.run("work")).outcome).toBe("unknown");
    open = false;
    shell.kept.set(id, { kind: "value", term: { type: "atom", name: "ok" }, text: "ok" });
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(shell.sent).toHaveLength(1);
    expect(shell.forgotten).toEqual([id]);
  });

  test("a node that died with the attempt leaves the word to the check", async () => {
    const shell = new ScriptedConsole({
      "m:done().": "false",
      "m:f().": (times) =>
        times === 0 ? { kind: "lost", reason: "the node is gone", evaluated: "unknown" } : "ok",
    });
    const engine = new Engine({ hosts: ["one"], declarations, steps, consoles: { shell } });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("unknown");
    shell.kept.clear();
    shell.answers = { ...shell.answers, "m:done().": (times) => (times > 12 ? "true" : "false") };
    const end = await engine.run("work");
    expect(shell.sent.map(({ id }) => id.slice(-1))).toEqual(["1", "2"]);
    expect(end.outcome).toBe("succeeded");
  });
});
