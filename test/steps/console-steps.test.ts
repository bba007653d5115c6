import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { control, type ControlSpec } from "../../src/steps/control.ts";
import { evaluate, type EvalSpec } from "../../src/steps/eval.ts";
import type { ConsoleResource } from "../../src/steps/resources.ts";
import type { Evaluation } from "../../src/transport/console/console.ts";
import { raised, ScriptedConsole, type Answer } from "../support/scripted-console.ts";
import { stage, type StageOptions } from "../support/step-context.ts";

const once = { number: 1, id: "it.1", resume: {} };

describe("an evaluation's end", () => {
  const spec: EvalSpec = {
    console: "shell",
    eval: "m:f().",
    expect: "ok",
    check: undefined,
    job: undefined,
    otherwise: undefined,
    timeoutSeconds: 60,
  };
  const rows: readonly (readonly [string, Answer, string, RegExp])[] = [
    ["the wanted value", "ok", "succeeded", /^ok$/],
    [
      "another value",
      "{error,no_connection}",
      "failed",
      /gives \{error,\s?no_connection\}, wanted ok/,
    ],
    ["a value that tells of a timeout", "{error,timeout}", "unknown", /timeout/],
    ["an exception", raised("badarith"), "failed", /raised exception exit: badarith/],
    [
      "an exception by a timeout: it may come late",
      raised("{timeout,{gen_server,call,[r]}}"),
      "unknown",
      /timeout/,
    ],
    [
      "a function that is not there",
      { kind: "undefined-function", text: "m:f/0" },
      "failed",
      /does not exist there: m:f\/0/,
    ],
    [
      "no Erlang",
      { kind: "syntax-error", text: "1: syntax error" },
      "failed",
      /nothing was evaluated/,
    ],
    ["no final dot", { kind: "no-final-dot" }, "failed", /final dot/],
    ["too large an answer", { kind: "too-large", bytes: 9 }, "unknown", /over the limit/],
    [
      "still being evaluated",
      { kind: "running", seconds: 60 },
      "unknown",
      /still being evaluated after 60 s/,
    ],
    [
      "lost while it was evaluated",
      { kind: "lost", reason: "cut", evaluated: "unknown" },
      "unknown",
      /the console was lost \(cut\)$/,
    ],
    [
      "lost before",
      { kind: "lost", reason: "cut", evaluated: "no" },
      "failed",
      /nothing was evaluated/,
    ],
    [
      "in use",
      { kind: "refused", reason: "somebody is attached", next: "ask" },
      "refused",
      /somebody is attached/,
    ],
  ];

  test.each(rows)("%s", async (_, answer, outcome, says) => {
    const shell = new ScriptedConsole({ "m:f().": answer });
    const act = await evaluate.apply(spec, stage({ console: shell }).context, once);
    expect(act.outcome).toBe(outcome);
    expect(act.detail).toMatch(says);
    expect(shell.sent).toEqual([{ expression: "m:f().", id: "it.1" }]);
  });

  test("without an expectation any value will do", async () => {
    const shell = new ScriptedConsole({ "m:f().": "{error,x}" });
    const act = await evaluate.apply(
      { ...spec, expect: undefined },
      stage({ console: shell }).context,
      once,
    );
    expect(act.outcome).toBe("succeeded");
  });

  test("cancelled while it is evaluated: it goes on in the node, so nothing more is claimed", async () => {
    const shell = new ScriptedConsole({ "m:f().": { kind: "running", seconds: 3 } });
    const { context } = stage({ console: shell, signal: AbortSignal.abort() });
    expect(await evaluate.apply(spec, context, once)).toMatchObject({ outcome: "cancelled" });
  });

  describe("with another way to the same end", () => {
    const otherwise = { host: "one", command: { line: "echo other" }, secretNames: {} };
    const two: EvalSpec = { ...spec, otherwise };
    test.each([
      [
        "a console in use",
        { kind: "refused", reason: "attached", next: "ask" },
        "succeeded",
        ["other"],
      ],
      [
        "a console that was lost before",
        { kind: "lost", reason: "cut", evaluated: "no" },
        "succeeded",
        ["other"],
      ],
      [
        "a console that was lost in the middle",
        { kind: "lost", reason: "cut", evaluated: "unknown" },
        "unknown",
        undefined,
      ],
      ["a value that is not the wanted one", "{error,x}", "failed", undefined],
    ] as const)("%s", async (_, answer, outcome, tail) => {
      const shell = new ScriptedConsole({ "m:f().": answer });
      const { context } = stage({ console: shell, stateDirectory: scratch() });
      const act = await evaluate.apply(two, context, once);
      expect(act.outcome).toBe(outcome);
      expect(act.tail).toEqual(tail);
    });

    test("a console that is down: the intent already says the other way", async () => {
      const shell = new ScriptedConsole();
      shell.current = "down";
      const { context } = stage({ console: shell });
      expect(await evaluate.intend?.(two, context)).toEqual({
        act: "echo other",
        resume: { otherwise: true },
      });
      expect(await evaluate.intend?.(spec, context)).toMatchObject({ outcome: "refused" });
    });
  });

  const keeping = (answer: Evaluation | undefined): ScriptedConsole => {
    const shell = new ScriptedConsole();
    if (answer !== undefined) shell.kept.set("it.1", answer);
    return shell;
  };
  const refused: Evaluation = { kind: "refused", reason: "attached", next: "ask" };

  describe("whose effect is there while its answer is not", () => {
    const under = (shell: ScriptedConsole) =>
      evaluate.underWay?.(spec, stage({ console: shell }).context, once);

    test("is still at work where the node says so, or cannot be asked", async () => {
      expect(await under(keeping({ kind: "running", seconds: 5 }))).toMatch(/still evaluating/);
      expect(await under(keeping(refused))).toMatch(/cannot be asked: .*attached/);
    });

    test("is over when the node has its answer, does not know it, or is down", async () => {
      expect(await under(keeping({ kind: "too-large", bytes: 9 }))).toBeUndefined();
      expect(await under(keeping(undefined))).toBeUndefined();
      const down = keeping(refused);
      down.current = "down";
      expect(await under(down)).toBeUndefined();
    });
  });

  describe("asked for again by a later run", () => {
    const resume = (shell: ScriptedConsole) =>
      evaluate.resume?.(spec, stage({ console: shell }).context, once);

    test("a kept answer is the answer; nothing is evaluated", async () => {
      const shell = keeping({ kind: "value", term: { type: "atom", name: "ok" }, text: "ok" });
      expect(await resume(shell)).toMatchObject({ outcome: "succeeded" });
      expect(shell.asked).toEqual([]);
    });

    test("an id that this node does not know has left nothing", async () => {
      expect(await resume(keeping(undefined))).toBeUndefined();
    });

    test("still being evaluated, or nobody can look: under way", async () => {
      for (const answer of [
        refused,
        { kind: "running", seconds: 60 },
        { kind: "lost", reason: "cut", evaluated: "no" },
      ] as const) {
        expect(await resume(keeping(answer))).toMatchObject({ outcome: "unknown", underWay: true });
      }
    });

    test("a node that is down has ended it", async () => {
      const shell = keeping(refused);
      shell.current = "down";
      expect(await resume(shell)).toBeUndefined();
    });
  });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "state-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe("starting, stopping and restarting a console", () => {
  const spec = (what: ControlSpec["control"], ready: ControlSpec["ready"] = []): ControlSpec => ({
    console: "shell",
    control: what,
    ready,
    timeoutSeconds: 30,
  });
  const declared: ConsoleResource = {
    name: "shell",
    host: "one",
    directory: "/srv/bin",
    node: "n@h",
    start: "sudo ./n start",
    attach: "a",
    ping: "p",
    stop: "sudo ./n stop",
    ready: [{ eval: "m:status().", expect: "{ok, _}" }],
  };
  const made = (shell: ScriptedConsole, more: StageOptions = {}) =>
    stage({ console: shell, resources: { consoles: { shell: declared } }, ...more });
  const well: Record<string, Answer> = { "m:status().": "{ok,1}" };
  const before = { pid: "100", startedAt: 1000 };
  const act = (shell: ScriptedConsole, what: ControlSpec, resume: object = { before }) =>
    control.apply(what, made(shell).context, { ...once, resume: { ...resume } });

  test("an operator reads the commands that stand in the runbook", () => {
    const { resources } = made(new ScriptedConsole()).context;
    expect(control.describe(spec("restart"), resources)).toEqual([
      "cd /srv/bin && sudo ./n stop",
      "cd /srv/bin && sudo ./n start",
    ]);
  });

  test.each([
    ["start: up and ready", "start", "up", well, {}, "done"],
    ["start: down", "start", "down", well, {}, "not-done"],
    ["start: up but not ready", "start", "up", { "m:status().": raised("noproc") }, {}, "not-done"],
    ["start: nobody knows", "start", "unreachable", well, {}, "cannot-tell"],
    [
      "start: up and somebody else is attached",
      "start",
      "up",
      { "m:status().": { kind: "refused", reason: "attached", next: "ask" } },
      {},
      "cannot-tell",
    ],
    ["stop: down", "stop", "down", well, {}, "done"],
    ["stop: up", "stop", "up", well, {}, "not-done"],
    ["stop: nobody knows", "stop", "unreachable", well, {}, "cannot-tell"],
    [
      "restart: a node that this step started",
      "restart",
      "up",
      well,
      { nodeSeen: () => ({ pid: "100", startedAt: 1001 }) },
      "done",
    ],
    ["restart: a node that stood before", "restart", "up", well, {}, "not-done"],
    [
      "restart: another node since",
      "restart",
      "up",
      well,
      { nodeSeen: () => ({ pid: "99", startedAt: 900 }) },
      "not-done",
    ],
    [
      "restart: a number that was used again",
      "restart",
      "up",
      well,
      { nodeSeen: () => ({ pid: "100", startedAt: 500 }) },
      "not-done",
    ],
  ] as const)("check, %s", async (_, what, state, answers, more, expected) => {
    const shell = new ScriptedConsole(answers);
    shell.current = state;
    expect(await control.check?.(spec(what), made(shell, more).context)).toMatchObject({
      state: expected,
    });
  });

  test("a restart is a stop, a start and another process", async () => {
    const shell = new ScriptedConsole(well);
    shell.onStart = () => (shell.node = { pid: "200", startedAt: 2000 });
    expect(await act(shell, spec("restart"))).toMatchObject({
      outcome: "succeeded",
      detail: "process 200 answers",
    });
    expect(shell.controlled).toEqual(["stop", "start"]);
  });

  test("a restart after which the process is the same has not happened", async () => {
    const end = await act(new ScriptedConsole(well), spec("restart"));
    expect(end).toMatchObject({
      outcome: "failed",
      detail: expect.stringMatching(/the one from before/),
    });
  });

  test("what cannot be stopped is not started", async () => {
    const shell = new ScriptedConsole(well);
    shell.stopResult = { ok: false, detail: "still there after 30 s" };
    expect(await act(shell, spec("restart"))).toMatchObject({
      outcome: "failed",
      detail: "still there after 30 s",
    });
    expect(shell.controlled).toEqual(["stop"]);
  });

  test("what is ready only after a while is waited for, the step's own conditions too", async () => {
    const shell = new ScriptedConsole({
      "m:status().": (times) => (times < 3 ? raised("noproc") : "{ok,1}"),
      "size().": (times) => (times < 2 ? "undefined" : "7"),
    });
    const ready = [{ eval: "size().", expect: "N when is_integer(N), N > 0" }];
    expect(await act(shell, spec("start", ready))).toMatchObject({ outcome: "succeeded" });
  });

  test("what never gets ready fails with the last reason", async () => {
    const shell = new ScriptedConsole({ "m:status().": "{error,x}" });
    const end = await act(shell, spec("start"));
    expect(end.outcome).toBe("failed");
    expect(end.detail).toMatch(/m:status\(\)\. gives \{error,\s?x\}, wanted \{ok, _\}/);
  });

  test("a start that does not come back leaves its own words", async () => {
    const shell = new ScriptedConsole(well);
    shell.startResult = { ok: false, detail: "no answer within 30 s" };
    expect(await act(shell, spec("start"))).toMatchObject({
      outcome: "failed",
      detail: "no answer within 30 s",
    });
  });

  test("the node that was started is journaled with its process", async () => {
    const shell = new ScriptedConsole(well);
    const { context, observed } = made(shell);
    await control.apply(spec("start"), context, once);
    expect(observed).toEqual([
      { kind: "console", name: "shell", host: "one", pid: "100", startedAt: 1000 },
    ]);
  });
});
