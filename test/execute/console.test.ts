import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openConsole } from "../../src/transport/console/attached-console.ts";
import type { Console } from "../../src/transport/console/console.ts";
import { bodies, stepEnds } from "../support/events.ts";
import { Engine } from "../support/engine.ts";
import { LocalConnection } from "../transport/console/support/local-connection.ts";
import { createRelease, type Release } from "../transport/console/support/release.ts";

/* Steps in a real Erlang shell under run_erl; what they do is seen in files beside it. */

let release: Release;
let shell: Console;

beforeAll(async () => {
  release = await createRelease("engine");
  shell = openConsole(new LocalConnection(), release.options);
}, 60_000);

afterAll(async () => {
  await shell.detach();
  await release.remove();
}, 60_000);

const declarations = `consoles:
  shell: { on: one, directory: /, node: n@h, start: a, attach: b, ping: c, stop: d, ready: [{ eval: "node().", expect: "'engine@127.0.0.1'" }] }`;

const start = "- { id: start, console: shell, control: start, timeout: 60s }";

/** An engine whose steps may name files in the host's folder. */
function engineWith(steps: (path: (name: string) => string) => string): Engine {
  const engine = new Engine({ hosts: ["one"], declarations, consoles: { shell } });
  const path = (name: string): string => engine.project.path("one", name);
  engine.project.change({ steps: `${start}\n${steps(path)}` });
  return engine;
}

/** An expression that can be counted afterwards. */
function append(file: string): string {
  return `file:write_file("${file}", "x", [append])`;
}

describe("a console's steps", () => {
  test("start, evaluate, and leave alone what is done", async () => {
    const made = engineWith(
      (path) => `- id: act
  console: shell
  eval: '${append(path("count"))}.'
  expect: ok
  check: { run: 'if [ -e count ]; then echo done; else echo not-done; fi', on: one }`,
    );
    await made.through("prepare");
    const first = await made.run("work");
    expect(stepEnds(first.events)).toEqual(["start: succeeded", "act: succeeded"]);
    const again = await made.run("work");
    expect(again.outcome).toBe("already-done");
    expect(made.project.read("one", "count")).toBe("x");
  });

  test.each([
    ["an exception", "1 / (length([]) + 0).", "failed", /raised exception error: badarith/],
    ["a function that is not there", "lists:nosuch(1).", "failed", /does not exist/],
    ["no Erlang", "foo(.", "failed", /nothing was evaluated/],
    ["another value", "{error, why}.", "failed", /gives \{error,\s?why\}, wanted ok/],
  ])("%s ends the phase with its own words", async (_, expression, outcome, says) => {
    const made = engineWith(
      () => `- { id: act, console: shell, eval: "${expression}", expect: ok, repeatable: true }`,
    );
    await made.through("prepare");
    const end = await made.run("work");
    expect(end.outcome).toBe(outcome);
    expect(end.sentence).toMatch(says);
  });

  test("a call that blocks beyond its time is unknown, and asked for again without being evaluated again", async () => {
    const made = engineWith(
      (path) => `- id: act
  console: shell
  eval: 'begin ${append(path("begun"))}, timer:sleep(2500), ${append(path("ended"))} end.'
  expect: ok
  timeout: 1s
  check: { run: 'if [ -e ended ]; then echo done; else echo not-done; fi', on: one }`,
    );
    await made.through("prepare");
    const first = await made.run("work");
    expect(first.outcome).toBe("unknown");
    expect(first.sentence).toMatch(/still being evaluated/);
    let end = await made.run("work");
    for (let turn = 0; turn < 5 && end.outcome === "unknown"; turn += 1)
      end = await made.run("work");
    expect(end.outcome).toBe("succeeded");
    expect(made.project.read("one", "begun")).toBe("x");
  });

  test("a node that dies in the middle: unknown; then it is started, and the step is a second attempt", async () => {
    const made = engineWith(
      (path) => `- id: act
  console: shell
  eval: 'case filelib:is_file("${path("deadly")}") of true -> erlang:halt(1); false -> ${append(path("count"))} end.'
  expect: ok
  check: { run: 'if [ -e count ]; then echo done; else echo not-done; fi', on: one }`,
    );
    made.project.put("one", "deadly", "");
    await made.through("prepare");
    expect((await made.run("work")).outcome).toBe("unknown");
    rmSync(made.project.path("one", "deadly"));
    const second = await made.run("work");
    expect(stepEnds(second.events)).toEqual(["start: succeeded", "act: succeeded"]);
    const intended = second.events.filter(
      ({ body, place }) => body.type === "step-intended" && place.step === "act",
    );
    expect(intended.map(({ place }) => place.attempt)).toEqual([2]);
    expect(made.project.read("one", "count")).toBe("x");
  });

  test("a restart is proven by another process", async () => {
    const made = engineWith(
      () => `- { id: again, console: shell, control: restart, timeout: 60s }`,
    );
    await made.through("prepare");
    const before = await shell.identity();
    const end = await made.run("work");
    expect(end.outcome).toBe("succeeded");
    const seen = bodies(end.events, "observed", "again").flatMap(({ observation }) =>
      observation.kind === "console" ? [observation.pid] : [],
    );
    expect(seen.at(-1)).not.toBe(before?.pid);
    expect(seen.at(-1)).toBe((await shell.identity())?.pid);
    expect((await made.run("work")).outcome).toBe("already-done");
  });
});
