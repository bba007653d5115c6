import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Connection, End } from "../../src/transport/connection.ts";
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
});
