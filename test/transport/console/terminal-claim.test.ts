import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { RemoteProcess } from "../../../src/transport/connection.ts";
import { claiming, hangUpEarlier } from "../../../src/transport/console/terminal-claim.ts";
import { LocalConnection } from "../../../src/transport/local.ts";

let home: string;
let host: LocalConnection;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "claim-"));
  host = new LocalConnection({
    name: "couch1",
    directory: home,
    env: { ...process.env, HOME: home },
  });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const claim = (token: number) => ({ stateDirectory: ".runbook-phase", token });

/** A terminal that an attempt with this token left, as a dead connection leaves it: nobody ends it. */
async function leaveTerminal(token: number): Promise<RemoteProcess> {
  const terminal = await host.open(
    claiming({ line: "echo attached; exec sleep 600" }, "mover", claim(token)),
  );
  await new Promise((resolve) => {
    terminal.stdout.once("data", resolve);
  });
  return terminal;
}

test.for([
  ["an older attempt's terminal", 3],
  ["a terminal of the same lease", 4],
] as const)("%s is hung up", async ([, left]) => {
  const terminal = await leaveTerminal(left);
  expect(await hangUpEarlier(host, "mover", claim(4))).toBe(true);
  expect(await terminal.ended).toMatchObject({ kind: "signalled" });
});

test("the terminal of whoever took the lease over is left alone", async () => {
  const terminal = await leaveTerminal(5);
  expect(await hangUpEarlier(host, "mover", claim(4))).toBe(false);
  expect(await hangUpEarlier(host, "mover", claim(5))).toBe(true);
  await terminal.ended;
});

test("a terminal that has ended is nobody's any more, whoever has its process id now", async () => {
  const terminal = await host.open(claiming({ line: "true" }, "mover", claim(3)));
  await terminal.ended;
  expect(await hangUpEarlier(host, "mover", claim(4))).toBe(false);
  expect(readdirSync(join(home, ".runbook-phase/consoles"))).toEqual([]);
});

test("another console's terminal is left alone", async () => {
  const terminal = await leaveTerminal(3);
  expect(await hangUpEarlier(host, "other", claim(4))).toBe(false);
  expect(await hangUpEarlier(host, "mover", claim(4))).toBe(true);
  await terminal.ended;
});
