import { afterAll, beforeAll, expect, test } from "vitest";
import { openConsole } from "../../../src/transport/console/attached-console.ts";
import type { Console, ConsoleOptions } from "../../../src/transport/console/console.ts";
import { LocalConnection } from "./support/local-connection.ts";
import { createRelease } from "./support/release.ts";
import type { Release } from "./support/release.ts";
import { Terminal } from "./support/terminal.ts";

let release: Release;

beforeAll(async () => {
  release = await createRelease("short");
});

afterAll(async () => {
  await release.remove();
}, 30_000);

function open(changes: Partial<ConsoleOptions>): Console {
  return openConsole(new LocalConnection(), { ...release.options, ...changes });
}

test("a start command that fails is shown with what it printed", async () => {
  const result = await open({ start: "echo no such release >&2; exit 3" }).start({
    timeoutSeconds: 5,
  });
  expect(result).toEqual({
    ok: false,
    detail: expect.stringMatching(/exit status 3: no such release/),
  });
});

test("a node that is started and never answers is no success", async () => {
  const result = await open({ start: "true" }).start({ timeoutSeconds: 1 });
  expect(result).toEqual({ ok: false, detail: expect.stringContaining("did not answer") });
});

test("a node that answers and then ends is no success", async () => {
  const ping =
    "if mkdir once 2>/dev/null; then echo not responding; exit 1; elif mkdir twice 2>/dev/null; then echo pong; else echo not responding; exit 1; fi";
  const result = await open({ start: "true", ping }).start({ timeoutSeconds: 10 });
  expect(result).toEqual({ ok: false, detail: expect.stringContaining("answered and ended") });
});

test("a node that goes on answering after stop is not stopped", async () => {
  const result = await open({ ping: "echo pong", stop: "sleep 60" }).stop({ timeoutSeconds: 1 });
  expect(result).toEqual({ ok: false, detail: expect.stringContaining("still runs") });
});

test("a node is down only when ping says that it is not there", async () => {
  expect(await open({ ping: "echo pang" }).state()).toMatchObject({ state: "down" });
  const absent = "echo \"Node 'mover@127.0.0.1' not responding to pings.\"; exit 1";
  expect(await open({ ping: absent }).state()).toMatchObject({ state: "down" });
  expect(await open({ ping: "exit 1" }).state()).toMatchObject({ state: "unreachable" });
  expect(await open({ ping: "echo ' pong'; exit 1" }).state()).toMatchObject({
    state: "unreachable",
  });
  expect(await open({ ping: "echo pong" }).state()).toMatchObject({ state: "up" });
});

test.each([
  ["the node is down", "echo 'Node is not running!'; exit 1", /not running/],
  ["no pipe", "echo 'No running Erlang on pipe /tmp/x: No such file'; exit 1", /not running/],
  [
    "somebody else",
    "echo 'Another to_erl process already attached to pipe /tmp/x.'; exit 0",
    /somebody else is attached/,
  ],
  ["sudo asks", "printf '[sudo] password for deploy: '; sleep 60", /sudo asks for a password/],
  [
    "sudo is not allowed",
    "echo 'sudo: command not allowed'; exit 1",
    /exit|ended .* printed "sudo: command not allowed"/,
  ],
])("attaching is refused: %s", async (_, attach, reason) => {
  const evaluation = await open({ attach }).evaluate("ok.");
  expect(evaluation).toEqual({
    kind: "refused",
    reason: expect.stringMatching(reason),
    next: expect.stringMatching(/\w/),
  });
});

test("who cancels while a console hangs does not wait for it", async () => {
  const connection = new LocalConnection();
  const console = openConsole(connection, { ...release.options, attach: "sleep 600" });
  const abort = new AbortController();
  const evaluation = console.evaluate("ok.", { signal: abort.signal });
  setTimeout(() => abort.abort(), 200);
  const first = await evaluation;
  expect(first).toMatchObject({ kind: "refused", reason: expect.stringContaining("cancelled") });
  await connection.close();
});

test("a connection that is lost while attaching has evaluated nothing", async () => {
  const connection = new LocalConnection();
  const console = openConsole(connection, { ...release.options, attach: "sleep 60" });
  const evaluation = console.evaluate("ok.");
  setTimeout(() => void connection.close(), 200);
  expect(await evaluation).toMatchObject({ kind: "lost", evaluated: "no" });
});

test("a node that was started without a terminal type is refused, and its line is left clean", async () => {
  const start = "env -u TERM ./mover start";
  const plain = open({ start });
  expect(await plain.start({ timeoutSeconds: 60 })).toMatchObject({ ok: true });
  expect(await plain.evaluate("ok.")).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("without a terminal type"),
    next: expect.stringContaining("TERM=xterm"),
  });
  const somebody = new Terminal(release);
  await somebody.attached();
  await somebody.type("application:set_env(kernel, line, clean).\r");
  expect(await somebody.sees(/\r\nok\r\n/)).toBe(true);
  await somebody.leave();
  expect(await plain.stop({ timeoutSeconds: 30 })).toMatchObject({ ok: true });
}, 60_000);

test("another node behind the terminal is told by its name", async () => {
  const mover = open({});
  expect(await mover.start({ timeoutSeconds: 60 })).toMatchObject({ ok: true });
  const evaluation = await open({ node: "mover@10.0.0.1" }).evaluate("ok.");
  expect(evaluation).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("short@127.0.0.1"),
  });
}, 60_000);
