import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Connection, End } from "../../src/transport/connection.ts";
import { startBench } from "../support/bench.ts";
import { bodies } from "../support/events.ts";
import { Engine } from "../support/engine.ts";

/* Connections that go away: nobody knows then, and not knowing is never success. */

const cut: End = { kind: "lost", reason: "the server closed the channel without an exit status" };

function delegate(connection: Connection): Connection {
  return {
    host: connection.host,
    exec: (...given) => connection.exec(...given),
    open: (...given) => connection.open(...given),
    forward: (...given) => connection.forward(...given),
    close: () => connection.close(),
  };
}

/** A connection whose answers lose their exit status. */
function withoutStatus(connection: Connection): Connection {
  return {
    ...delegate(connection),
    exec: async (...given) => ({ ...(await connection.exec(...given)), end: cut }),
  };
}

/** A connection whose processes go on, while nothing is heard of them after their first words. */
function dropping(connection: Connection): Connection {
  return {
    ...delegate(connection),
    open: async (...given) => {
      const process = await connection.open(...given);
      const heard = new PassThrough();
      const ended = new Promise<End>((resolve) => {
        process.stdout.once("data", (chunk: Buffer) => {
          heard.write(chunk);
          setImmediate(() => {
            heard.end();
            resolve(cut);
          });
        });
      });
      process.stdout.resume();
      return { ...process, stdout: heard, ended };
    },
  };
}

/** A connection that goes away when it is told, whatever runs behind it. */
function cutWhenTold(connection: Connection, signal: AbortSignal): Connection {
  return {
    ...delegate(connection),
    open: async (...given) => {
      const process = await connection.open(...given);
      const ended = new Promise<End>((resolve) => {
        signal.addEventListener("abort", () => resolve(cut), { once: true });
      });
      return { ...process, ended };
    },
  };
}

describe("an answer without an exit status", () => {
  test.each([
    [
      "of a question",
      `- { id: act, on: one, assert: echo well }`,
      "refused",
      /was lost: the server closed/,
    ],
    [
      "of a check",
      `- { id: act, on: one, run: touch ran, check: echo done }`,
      "refused",
      /the check cannot tell.*was lost/,
    ],
    [
      "of a count",
      `- { id: act, on: one, loss: { count: rows }, tables: { rows: cat /dev/null } }`,
      "refused",
      /cannot be counted.*was lost/,
    ],
  ])("%s is never a good one", async (_, steps, outcome, says) => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    const connect = async (host: string) => withoutStatus(await engine.connect(host));
    const end = await engine.run("work", { connect });
    expect(end.outcome).toBe(outcome);
    expect(end.sentence).toMatch(says);
    expect(engine.project.read("one", "ran")).toBe("");
  });
});

describe("a connection that is lost while a command runs", () => {
  const steps = `- id: act
  on: one
  run: echo started >> started; sleep 0.3; echo ended >> ended
  check: if [ -e ended ]; then echo done; else echo not-done; fi`;

  test("is made again, and the command followed to its end", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    let losses = 2;
    const connect = async (host: string) => {
      const connection = await engine.connect(host);
      losses -= 1;
      return losses >= 0 ? dropping(connection) : connection;
    };
    const end = await engine.run("work", { connect });
    expect(end.outcome).toBe("succeeded");
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("and cannot be made again: unknown, unless the check can tell", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: steps.replace("sleep 0.3", "while [ -d $PWD ] && [ ! -e go ]; do sleep 0.05; done"),
    });
    await engine.through("prepare");
    const connect = async (host: string) => dropping(await engine.connect(host));
    const end = await engine.run("work", { connect });
    expect(end.outcome).toBe("unknown");
    expect(end.sentence).toMatch(/connection was lost .* it may still run/);
    engine.project.put("one", "go", "");
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("and its directory is gone: not started again beside itself", async () => {
    const waits = steps.replace(
      "sleep 0.3",
      "while [ -d $PWD ] && [ ! -e go ]; do sleep 0.05; done",
    );
    const engine = new Engine({ hosts: ["one"], steps: waits });
    await engine.through("prepare");
    let losses = 2;
    const connect = async (host: string) => {
      const connection = await engine.connect(host);
      losses -= 1;
      return losses >= 0 ? dropping(connection) : connection;
    };
    const say = (line: string): void => {
      if (line.includes("connecting again"))
        rmSync(engine.project.path("one", ".runbook-phase/jobs"), { recursive: true });
    };
    const end = await engine.run("work", { connect, say });
    engine.project.put("one", "go", "");
    expect(end.outcome).toBe("unknown");
    expect(end.sentence).toMatch(/processes [0-9, ]+ of it still run/);
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("shows what came before in the tail, once", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- id: act
  on: one
  run: echo first; printf sec; while [ ! -e go ]; do sleep 0.05; done; echo ond; exit 3
  repeatable: true`,
    });
    await engine.through("prepare");
    const cut = new AbortController();
    let first = true;
    const connect = async (host: string) => {
      const connection = await engine.connect(host);
      if (!first) return connection;
      first = false;
      return cutWhenTold(connection, cut.signal);
    };
    const said: string[] = [];
    const say = (line: string): void => {
      said.push(line);
      if (line === "one: first") cut.abort();
      if (line.includes("connecting again")) engine.project.put("one", "go", "");
    };
    const end = await engine.run("work", { connect, say });
    expect(end.outcome).toBe("failed");
    expect(said.filter((line) => /^one: (first|sec|ond)/.test(line))).toEqual([
      "one: first",
      "one: second",
    ]);
    expect(bodies(end.events, "step-applied")[0]?.tail).toEqual(["first", "second"]);
  });
});

describe("a command whose check says done while it still runs", () => {
  const steps = `- id: act
  on: one
  run: touch done; while [ -d $PWD ] && [ ! -e go ]; do sleep 0.05; done; EXIT
  check: if [ -e done ]; then echo done; else echo not-done; fi
  timeout: 2s`;

  test("is unknown and says where it runs; once it has ended its end counts", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: steps.replace("EXIT", "echo ended >> ended"),
    });
    await engine.through("prepare");
    const end = await engine.run("work");
    expect(end.outcome).toBe("unknown");
    expect(end.sentence).toMatch(/its check says that it is done, but it still runs on one in \S+/);
    engine.project.put("one", "go", "");
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(engine.project.read("one", "ended")).toBe("ended\n");
  });
});

test("a lease that could not be given back is given back a moment later", async () => {
  const bench = await startBench({ hosts: ["one", "two"], journalHost: "one" });
  bench.put(
    "one",
    "bin/rm",
    `#!/bin/sh
if [ "$*" = "-f lease" ] && [ ! -e "$HOME/again" ]; then
  [ -e "$HOME/asked" ] || { touch "$HOME/asked"; (sleep 0.3; touch "$HOME/again") > /dev/null 2>&1 & }
  exit 1
fi
exec /bin/rm "$@"
`,
  );
  chmodSync(bench.path("one", "bin/rm"), 0o755);
  await bench.through("prepare");
  expect(existsSync(bench.path("one", "asked"))).toBe(true);
  expect(existsSync(join(bench.journalDirectory, "lease"))).toBe(false);
});

test.each(["one", "two"])(
  "a phase that host %s stopped is to be run again once it can be reached",
  async (gone) => {
    const bench = await startBench({
      hosts: ["one", "two"],
      journalHost: "one",
      steps: `- { id: act, on: two, run: echo acted >> acts, check: echo not-done }`,
    });
    await bench.through("prepare");
    await bench.stop(gone);
    const { next } = await bench.run("work");
    expect(next).toMatch(/^check address and port .*; then run work again$/);
  },
);
