import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { matches, parsePattern } from "../../../src/erlang/pattern.ts";
import { textOf } from "../../../src/erlang/print.ts";
import { openConsole } from "../../../src/transport/console/attached-console.ts";
import type { Console, Evaluation } from "../../../src/transport/console/console.ts";
import { LocalConnection } from "./support/local-connection.ts";
import { consoleLog, createRelease } from "./support/release.ts";
import type { Release } from "./support/release.ts";
import { Terminal } from "./support/terminal.ts";

let release: Release;
const consoles: Console[] = [];
let connection: LocalConnection;
let mover: Console;

function open(over = new LocalConnection()): Console {
  const console = openConsole(over, release.options);
  consoles.push(console);
  return console;
}

async function started(): Promise<void> {
  expect(await mover.start({ timeoutSeconds: 60 })).toMatchObject({ ok: true });
}

/** The evaluation without the parsed term, which `text` shows better. */
function shown(evaluation: Evaluation): object {
  const { term: _, reason: __, ...rest } = { term: undefined, reason: undefined, ...evaluation };
  return rest;
}

async function value(expression: string): Promise<string> {
  const evaluation = await mover.evaluate(expression);
  return evaluation.kind === "value" ? evaluation.text : JSON.stringify(shown(evaluation));
}

beforeAll(async () => {
  release = await createRelease();
  connection = new LocalConnection();
  mover = open(connection);
  await started();
}, 60_000);

afterAll(async () => {
  for (const console of consoles) await console.detach();
  await release.remove();
}, 60_000);

describe("one evaluation, each end with its own word", () => {
  test.each([
    [
      "a value",
      "{ok, [1, 2.5, <<\"x\">>, 'A b']}.",
      { kind: "value", text: "{ok,[1,2.5,<<120>>,'A b']}" },
    ],
    [
      "an error",
      "1 / (length([]) + 0).",
      { kind: "exception", class: "error", text: "exception error: badarith" },
    ],
    [
      "an exit",
      "exit({stop, now}).",
      { kind: "exception", class: "exit", text: "exception exit: {stop, now}" },
    ],
    [
      "a throw",
      "throw(ball).",
      { kind: "exception", class: "throw", text: "exception throw: ball" },
    ],
    [
      "its process killed",
      "exit(self(), kill).",
      { kind: "exception", class: "exit", text: "exception exit: killed" },
    ],
    [
      "an undefined function",
      "lists:nosuch(1).",
      { kind: "undefined-function", text: "undefined function lists:nosuch/1" },
    ],
    [
      "an undefined module",
      "nosuch:f(self()).",
      { kind: "undefined-function", text: "undefined function nosuch:f/1" },
    ],
    [
      "an undefined shell command",
      "nosuch(1).",
      { kind: "undefined-function", text: "undefined function nosuch/1" },
    ],
    [
      "undefined within",
      "[nosuch:f()].",
      { kind: "exception", class: "error", text: "exception error: undef" },
    ],
    ["a syntax error", "foo(.", { kind: "syntax-error", text: "syntax error before: '.'" }],
    [
      "an open quote",
      'foo("bar.',
      { kind: "syntax-error", text: expect.stringContaining("unterminated") },
    ],
    ["nothing at all", "", { kind: "syntax-error", text: "syntax error before: " }],
    ["no final dot", "erlang:halt()", { kind: "no-final-dot" }],
    [
      "two sentences",
      "erlang:halt(). ok.",
      { kind: "syntax-error", text: "syntax error before: ok" },
    ],
    ["a shell command", "l(no_such_module).", { kind: "value", text: "{error,nofile}" }],
    ["several expressions", "A = 1, B = A + 1, {A, B}.", { kind: "value", text: "{1,2}" }],
    ["a guard BIF", "node().", { kind: "value", text: "'mover@127.0.0.1'" }],
  ])("%s", async (_, expression, expected) => {
    expect(shown(await mover.evaluate(expression))).toEqual(expected);
  });

  test("unicode goes both ways", async () => {
    const text = 'ünï€ 😀 "quoted" \\ \n~s';
    const escaped = text.replace(/[\\"]/g, "\\$&").replace("\n", "\\n");
    const evaluation = await mover.evaluate(`"${escaped}".`);
    expect(evaluation.kind === "value" && textOf(evaluation.term)).toBe(text);
  });

  test("a shell command loads a module as it does in the shell", async () => {
    const compile =
      '{ok, M, B} = compile:forms([{attribute, 1, module, freshly_built}]), file:write_file("freshly_built.beam", B).';
    expect(await value(compile)).toBe("ok");
    expect(await value("l(freshly_built).")).toBe("{module,freshly_built}");
  });

  test("an expression of 10 KB arrives whole", async () => {
    expect(await value(`length("${"ab)(}".repeat(2000)}").`)).toBe("10000");
  });

  test("an expression that no terminal would take is refused", async () => {
    const evaluation = await mover.evaluate(`length("${"a".repeat(70_000)}").`);
    expect(evaluation.kind).toBe("refused");
  });
});

describe("results", () => {
  test("one of a megabyte is whole", async () => {
    const evaluation = await mover.evaluate("lists:seq(1, 160000).");
    if (evaluation.kind !== "value" || evaluation.term.type !== "list")
      throw new Error(evaluation.kind);
    expect(evaluation.text.length).toBeGreaterThan(1_000_000);
    expect(evaluation.term.items).toHaveLength(160_000);
    expect(evaluation.term.items.at(-1)).toEqual({ type: "integer", value: 160_000n });
  });

  test("large parts of every kind come as they are", async () => {
    const expression =
      "{binary:copy(<<7>>, 40000), lists:seq(1, 30000) ++ tail, [[{N, <<N:64>>} || N <- lists:seq(1, 3000)]], []}.";
    const numbers = (count: number): number[] =>
      Array.from({ length: count }, (_, index) => index + 1);
    const pair = (n: number): string => `{${n},<<0,0,0,0,0,0,${n >> 8},${n & 255}>>}`;
    const binary = `<<${"7,".repeat(39_999)}7>>`;
    const wanted = `{${binary},[${numbers(30_000).join(",")}|tail],[[${numbers(3000).map(pair).join(",")}]],[]}`;
    expect((await value(expression)) === wanted).toBe(true);
  });

  test("one over the limit says its size and is not sent", async () => {
    const evaluation = await mover.evaluate("binary:copy(<<0>>, 34000000).");
    expect(evaluation).toEqual({ kind: "too-large", bytes: expect.any(Number) });
  });

  test("a flood of log lines from other processes does not touch it", async () => {
    const flood =
      'register(flood, spawn(fun() -> F = fun(G) -> io:format(user, "2014-09-09 10:11:12.345 [info] (mover@127.0.0.1)7> ~w~n", [os:timestamp()]), receive stop -> ok after 1 -> G(G) end end, F(F) end)).';
    expect(await value(flood)).toBe("true");
    const seen: string[] = [];
    for (let turn = 0; turn < 20; turn += 1)
      seen.push(await value(`{${turn}, length(lists:seq(1, 3000))}.`));
    await mover.detach();
    const long = await mover.evaluate("lists:seq(1, 20000).");
    expect(await value("flood ! stop.")).toBe("stop");
    expect(seen).toEqual(seen.map((_, turn) => `{${turn},3000}`));
    expect(long.kind === "value" && long.term.type === "list" && long.term.items.length).toBe(
      20_000,
    );
  });

  test("what looks like a prompt, a menu or a frame is only text", async () => {
    const text = '"(mover@127.0.0.1)2> \\r\\nUser switch command\\r\\n --> [End]\\r\\n".';
    const printed = `io:format(user, "~s", [${text.slice(0, -1)}]), ${text}`;
    const evaluation = await mover.evaluate(printed);
    expect(evaluation.kind === "value" && textOf(evaluation.term)).toContain("User switch command");
    expect(await value("1 + 1.")).toBe("2");
  });

  test("no request and no result stands in the log as its own answer", async () => {
    await mover.evaluate("a_word_of_its_own.");
    const log = await consoleLog(release);
    const [, first, second] =
      /ask,group_leader\(\),"(\w{16})","(\w{16})"[^\n]*a_word_of_its_own/.exec(log) ?? [];
    expect(first).toBeDefined();
    expect(log.split(`${first}${second}`)).toHaveLength(3);
  });
});

describe("evaluated once", () => {
  const count =
    "application:set_env(kernel, hits, element(2, application:get_env(kernel, hits)) + 1).";

  beforeAll(async () => {
    await mover.evaluate("application:set_env(kernel, hits, 0).");
  });

  const hits = (): Promise<string> => value("element(2, application:get_env(kernel, hits)).");

  test("an id that is asked twice is evaluated once, until it is forgotten", async () => {
    const before = Number(await hits());
    const how = { id: "round-1/orgs-503-on/1" };
    expect(await mover.evaluate(count, how)).toMatchObject({ kind: "value", text: "ok" });
    expect(await mover.evaluate(count, how)).toMatchObject({ kind: "value", text: "ok" });
    expect(Number(await hits())).toBe(before + 1);
    await mover.forget(how.id);
    expect(await mover.evaluate(count, how)).toMatchObject({ kind: "value", text: "ok" });
    expect(Number(await hits())).toBe(before + 2);
  });

  test("two at the same time, too", async () => {
    const before = Number(await hits());
    const slow = `timer:sleep(200), ${count}`;
    const both = await Promise.all([1, 2].map(() => mover.evaluate(slow, { id: "twice" })));
    expect(both.map(shown)).toEqual([
      { kind: "value", text: "ok" },
      { kind: "value", text: "ok" },
    ]);
    expect(Number(await hits())).toBe(before + 1);
  });

  test("an id of any characters names one evaluation", async () => {
    const how = { id: 'Prod "1"}, halt(). ünï' };
    const before = Number(await hits());
    await mover.evaluate(count, how);
    await mover.evaluate(count, how);
    expect(Number(await hits())).toBe(before + 1);
  });

  test("the same id with another expression is refused", async () => {
    await mover.evaluate("one.", { id: "same" });
    expect(await mover.evaluate("two.", { id: "same" })).toMatchObject({ kind: "refused" });
  });

  test("a call that blocks longer than its timeout is read later by its id", async () => {
    const slow = "receive after 1500 -> done end.";
    const how = { id: "slow", timeoutSeconds: 0.2 };
    expect(await mover.evaluate(slow, how)).toMatchObject({ kind: "running" });
    expect(await value("short.")).toBe("short");
    expect(await mover.evaluate(slow, { id: "slow" })).toMatchObject({
      kind: "value",
      text: "done",
    });
  });

  test("cancelling stops the waiting and not the evaluation", async () => {
    const abort = new AbortController();
    const slow = `timer:sleep(500), ${count}`;
    const before = Number(await hits());
    const waiting = mover.evaluate(slow, { id: "cancelled", signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    expect(await waiting).toMatchObject({ kind: "running" });
    expect(await mover.recall("cancelled")).toMatchObject({ kind: "value" });
    expect(Number(await hits())).toBe(before + 1);
    const late = await mover.evaluate(count, { signal: abort.signal });
    expect(late.kind).toBe("refused");
  });

  test("an id that the node does not know is recalled as nothing", async () => {
    expect(await mover.recall("never-asked")).toBeUndefined();
    await mover.evaluate(count, { id: "forgotten" });
    await mover.forget("forgotten");
    expect(await mover.recall("forgotten")).toBeUndefined();
  });

  test("recalling waits on what runs, for its own time", async () => {
    const slow = "receive after 1200 -> done end.";
    await mover.evaluate(slow, { id: "recalled", timeoutSeconds: 0.1 });
    expect(await mover.recall("recalled", { timeoutSeconds: 0.1 })).toMatchObject({
      kind: "running",
    });
    expect(await mover.recall("recalled")).toMatchObject({ kind: "value", text: "done" });
  });

  test("a dropped connection loses no answer", async () => {
    const before = Number(await hits());
    const slow = `timer:sleep(1000), ${count}`;
    await mover.detach();
    const cut = new LocalConnection();
    const first = open(cut);
    await first.evaluate("ok.");
    const asking = first.evaluate(slow, { id: "dropped" });
    await sleep(300);
    await cut.close();
    expect(await asking).toMatchObject({ kind: "lost", evaluated: "unknown" });
    expect(await mover.recall("dropped")).toMatchObject({ text: "ok" });
    expect(Number(await hits())).toBe(before + 1);
  });
});

describe("a console that others use", () => {
  test("a half-typed line is neither evaluated nor lost", async () => {
    await mover.detach();
    const somebody = new Terminal(release);
    await somebody.attached();
    await somebody.type("application:set_env(kernel, half, typed");
    await somebody.leave();
    expect(await value("application:get_env(kernel, half).")).toBe("undefined");
    await mover.detach();
    const again = new Terminal(release);
    await again.attached();
    await again.type(").\r");
    await again.leave();
    expect(await value("application:get_env(kernel, half).")).toBe("{ok,typed}");
  });

  test("somebody who is attached is not disturbed", async () => {
    await mover.detach();
    const somebody = new Terminal(release);
    await somebody.attached();
    const evaluation = await mover.evaluate("application:set_env(kernel, disturbed, true).");
    await somebody.leave();
    expect(evaluation).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("somebody else is attached"),
    });
    expect(await value("application:get_env(kernel, disturbed).")).toBe("undefined");
  });

  test("a menu that somebody left open is used", async () => {
    await mover.detach();
    const somebody = new Terminal(release);
    await somebody.attached();
    await somebody.type("\u0007");
    await somebody.type("k 1");
    await somebody.leave();
    expect(await value("yes.")).toBe("yes");
  });

  test("attaching again and again leaves no shells behind", async () => {
    const shells =
      "length([P || P <- processes(), {initial_call, {group, _, _}} <- [process_info(P, initial_call)]]) + length([P || P <- processes(), {dictionary, D} <- [process_info(P, dictionary)], lists:keymember(shell, 1, D)]).";
    const before = await value(shells);
    for (let turn = 0; turn < 3; turn += 1) {
      await mover.detach();
      expect(await value("ok.")).toBe("ok");
      await connection.close();
    }
    expect(await value(shells)).toBe(before);
  });
});

describe("the node's life", () => {
  test("killed in the middle of an evaluation, it is lost, and a restart is another life", async () => {
    const first = await mover.identity();
    if (first === undefined) throw new Error("no identity");
    const asking = mover.evaluate("timer:sleep(60000).", { id: "killed" });
    await sleep(300);
    process.kill(Number(first.pid), "SIGKILL");
    expect(await asking).toMatchObject({ kind: "lost", evaluated: "unknown" });
    expect(await mover.state()).toMatchObject({ state: "down" });
    expect(await mover.evaluate("1.")).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("not running"),
    });
    expect(await mover.identity()).toBeUndefined();
    await started();
    const second = await mover.identity();
    expect(second?.pid).not.toBe(first.pid);
    expect(await mover.recall("killed")).toBeUndefined();
  }, 30_000);

  test("one life has one identity, over several attachments", async () => {
    const first = await mover.identity();
    await mover.detach();
    expect(await mover.identity()).toEqual(first);
  });

  test("a keeper that was killed is made again, and never says that it knows of nothing", async () => {
    await mover.evaluate("ok.", { id: "kept" });
    const life = await mover.identity();
    await mover.detach();
    const somebody = new Terminal(release);
    await somebody.attached();
    await somebody.type("exit(whereis(runbook_phase), kill).\r");
    await somebody.leave();
    expect(await value("back.")).toBe("back");
    expect(await mover.identity()).toEqual(life);
    expect(await mover.recall("kept")).toMatchObject({ kind: "lost", evaluated: "unknown" });
  });

  test("a node that hangs keeps nobody attached, neither in a shell nor on the way to one", async () => {
    const life = await mover.identity();
    if (life === undefined) throw new Error("no identity");
    process.kill(Number(life.pid), "SIGSTOP");
    try {
      await mover.detach();
      const other = open();
      const asking = other.evaluate("1.");
      await sleep(500);
      await other.detach();
      expect(await asking).toMatchObject({ kind: "lost", evaluated: "no" });
    } finally {
      process.kill(Number(life.pid), "SIGCONT");
    }
    expect(await value("still_there.")).toBe("still_there");
    expect(await mover.identity()).toEqual(life);
  }, 20_000);

  test("started and stopped, each result says what was seen", async () => {
    expect(await mover.start({ timeoutSeconds: 30 })).toEqual({
      ok: true,
      detail: "already running",
    });
    const stopped = await mover.stop({ timeoutSeconds: 30 });
    expect(stopped).toMatchObject({ ok: true, detail: expect.stringContaining("is gone") });
    expect(await mover.stop({ timeoutSeconds: 30 })).toEqual({
      ok: true,
      detail: "already stopped",
    });
    await started();
    expect(
      matches(parsePattern("Pid when is_pid(Pid)"), await term("whereis(init).")),
    ).toBeDefined();
  }, 60_000);
});

async function term(
  expression: string,
): Promise<NonNullable<Extract<Evaluation, { kind: "value" }>["term"]>> {
  const evaluation = await mover.evaluate(expression);
  if (evaluation.kind !== "value") throw new Error(evaluation.kind);
  return evaluation.term;
}
