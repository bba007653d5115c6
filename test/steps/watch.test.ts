import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { watch, type WatchSpec } from "../../src/steps/watch.ts";
import { stage } from "../support/step-context.ts";

const attempt = { number: 0, id: "", resume: {} };
const forAWhile: WatchSpec = {
  log: "requests",
  ends: { forSeconds: 10 },
  where: { path: "/organizations(/[^/]+)?(/users)?" },
  limits: { atLeast: undefined, atMost: undefined, none: undefined, all: undefined },
  sends: undefined,
};
const untilQuiet: WatchSpec = { ...forAWhile, ends: { quietSeconds: 8, timeoutSeconds: 20 } };

type Write = (
  second: number,
  log: (host: string, text: string) => void,
  file: (host: string) => string,
) => void;

/** Watches while, second by second, something is written into the logs of two hosts. */
async function watching(spec: WatchSpec, write: Write, signal?: AbortSignal) {
  const directory = mkdtempSync(join(tmpdir(), "watch-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = (host: string): string => join(directory, `${host}.log`);
  const log = (host: string, text: string): void => appendFileSync(file(host), `${text}\n`);
  for (const host of ["one", "two"]) log(host, "GET /organizations 500");
  const made = stage({
    ...(signal === undefined ? {} : { signal }),
    resources: {
      logs: {
        requests: {
          name: "requests",
          on: ["one", "two"].map((host) => ({ host, files: `${file(host)}*` })),
          entry: "^(?<method>[A-Z]+) (?<path>\\S+) (?<status>\\d+)$",
        },
      },
    },
  });
  let second = 0;
  const context = {
    ...made.context,
    sleep: async (seconds: number) => {
      write((second += 1), log, file);
      await made.clock.sleep(seconds);
    },
  };
  const act = await watch.apply(spec, context, attempt);
  const traffic = made.observed.find(({ kind }) => kind === "traffic");
  return { act, traffic, seconds: second };
}

const at =
  (when: number, text: string, host = "one"): Write =>
  (second, log) => {
    if (second === when) log(host, text);
  };

describe("a watch for a time", () => {
  test("counts what arrives on every host, by endpoint and status, and nothing from before", async () => {
    const { act, traffic, seconds } = await watching(forAWhile, (second, log) => {
      if (second === 3) for (const name of ["a", "b"]) log("one", `GET /organizations/${name} 200`);
      if (second === 4) log("two", "PUT /organizations/a/users 503");
      if (second === 5) log("two", "GET /other 200");
    });
    expect(act).toMatchObject({ outcome: "succeeded", detail: "3 matching requests in 10 s" });
    expect(seconds).toBe(10);
    expect(traffic).toMatchObject({
      total: 3,
      rows: [
        { host: "one", method: "GET", endpoint: "/organizations/NAME", status: "200", count: 2 },
        {
          host: "two",
          method: "PUT",
          endpoint: "/organizations/NAME/users",
          status: "503",
          count: 1,
        },
      ],
    });
  });

  test.each([
    [
      "at least, reached on one host only",
      { atLeast: 1 },
      at(2, "GET /organizations 200"),
      "not-met",
      /1 matching .* wanted at least 1 on each host; fewer on /,
    ],
    [
      "at least, not reached",
      { atLeast: 2 },
      at(2, "GET /organizations 200"),
      "not-met",
      /1 matching .* wanted at least 2/,
    ],
    [
      "at least, only others",
      { atLeast: 1 },
      at(2, "GET /other 200"),
      "not-met",
      /0 matching .* wanted at least 1/,
    ],
    ["at most, kept", { atMost: 1 }, at(2, "GET /organizations 200"), "succeeded", /1 matching/],
    [
      "at most, passed",
      { atMost: 0 },
      at(2, "GET /organizations 200"),
      "not-met",
      /wanted at most 0/,
    ],
    [
      "none, kept",
      { none: { status: "5.." } },
      at(2, "GET /organizations 200"),
      "succeeded",
      /1 matching/,
    ],
    [
      "none, elsewhere",
      { none: { status: "5.." } },
      at(2, "GET /other 500"),
      "succeeded",
      /0 matching/,
    ],
  ] as const)("%s", async (_, limits, write, outcome, says) => {
    const { act } = await watching(
      { ...forAWhile, limits: { ...forAWhile.limits, ...limits } },
      write,
    );
    expect(act.outcome).toBe(outcome);
    expect(act.detail).toMatch(says);
  });

  test("what must not be ends it at once, with the line and its host", async () => {
    const limits = { ...forAWhile.limits, none: { status: "5.." } };
    const { act, seconds, traffic } = await watching(
      { ...forAWhile, limits },
      at(7, "PUT /organizations/a 502", "two"),
    );
    expect(act).toMatchObject({ outcome: "not-met" });
    expect(act.detail).toContain("two: PUT /organizations/a 502");
    expect(seconds).toBe(7);
    expect(traffic).toMatchObject({ total: 1 });
  });

  test("a pattern holds from the first to the last character", async () => {
    const { traffic } = await watching(forAWhile, at(2, "GET /v1/organizations/a/users/more 200"));
    expect(traffic).toMatchObject({ total: 0 });
  });

  test("goes on through a rotation", async () => {
    const { traffic } = await watching(forAWhile, (second, log, file) => {
      if (second === 2 || second === 4) log("one", "GET /organizations 200");
      if (second === 3) {
        log("one", "GET /organizations 201");
        renameSync(file("one"), `${file("one")}.0`);
        writeFileSync(file("one"), "");
      }
    });
    expect(traffic).toMatchObject({ total: 3 });
  });

  test("is cancelled when it is told to", async () => {
    const stop = new AbortController();
    const { act, seconds } = await watching(
      forAWhile,
      (second) => (second === 5 ? stop.abort() : undefined),
      stop.signal,
    );
    expect(act.outcome).toBe("cancelled");
    expect(seconds).toBe(5);
  });
});

describe("a wait until it is quiet", () => {
  test("ends when nothing came for that long, on any host", async () => {
    const { act, seconds } = await watching(untilQuiet, at(5, "PUT /organizations/a 201", "two"));
    expect(act).toMatchObject({ outcome: "succeeded", detail: "quiet for 8 s" });
    expect(seconds).toBe(13);
  });

  test("is not held up by what does not count", async () => {
    const { seconds } = await watching(untilQuiet, (_, log) => log("one", "GET /other 200"));
    expect(seconds).toBe(8);
  });

  test("gives up when it never is", async () => {
    const { act, seconds } = await watching(untilQuiet, (_, log) =>
      log("one", "PUT /organizations 201"),
    );
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(/never quiet for 8 s within 20 s; 20 requests/);
    expect(seconds).toBe(20);
  });
});
