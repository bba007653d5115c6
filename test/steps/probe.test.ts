import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { probe, type ProbeRequest, type ProbeSpec } from "../../src/steps/probe.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { LocalConnection } from "../../src/transport/local.ts";
import { listen } from "../../worlds/common/listen.ts";
import { stage, type StageOptions } from "../support/step-context.ts";

/** A server that answers from a list, the last answer ever after; it remembers what it was asked. */
async function server(
  ...statuses: readonly number[]
): Promise<{ url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    const status = statuses[Math.min(asked.length, statuses.length - 1)] ?? 500;
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end("body");
  });
  const { port, close } = await listen(http);
  onTestFinished(close);
  return { url: `http://127.0.0.1:${port}`, asked, close };
}

const attempt = { number: 0, id: "", resume: {} };

function request(
  url: string,
  expect: ProbeRequest["expect"],
  more: Partial<ProbeRequest> = {},
): ProbeRequest {
  return {
    host: "one",
    method: "PUT",
    url,
    path: "/organizations/a",
    endpoint: "organizations",
    expect,
    ...more,
  };
}

async function probing(spec: Partial<ProbeSpec>, options: StageOptions = {}) {
  const made = stage(options);
  const act = await probe.apply(
    { requests: [], steady: undefined, timeoutSeconds: 60, ...spec },
    made.context,
    attempt,
  );
  const observed = made.observed.find(({ kind }) => kind === "probes");
  return { act, observed, slept: made.clock.slept };
}

describe("one round of probes", () => {
  test("goes through the host's own connection: what its URL means is what it means there", async () => {
    const { url, asked } = await server(401);
    const forwarded: string[] = [];
    const connect = async (host: string): Promise<Connection> => {
      const there = new LocalConnection({ name: host });
      const { port } = new URL(url);
      return Object.assign(there, {
        forward: (address: string, wanted: number) => {
          forwarded.push(`${host} ${address}:${wanted}`);
          return LocalConnection.prototype.forward.call(there, "127.0.0.1", Number(port));
        },
      });
    };
    const only = request("http://seen-from-there.invalid:8000", { statuses: [401] });
    const { act } = await probing({ requests: [only] }, { connect });
    expect(act).toMatchObject({ outcome: "succeeded" });
    expect(forwarded).toEqual(["one seen-from-there.invalid:8000"]);
    expect(asked).toEqual(["PUT /organizations/a"]);
  });

  test.each([
    ["the wanted status", 503, [503], "succeeded", /1 of 1 answers are right/],
    ["one of several", 401, [200, 401], "succeeded", /1 of 1/],
    [
      "another status",
      401,
      [503],
      "not-met",
      /PUT \/organizations\/a on one answers 401, wanted 503/,
    ],
  ] as const)("%s", async (_, status, statuses, outcome, says) => {
    const { url, asked } = await server(status);
    const { act, observed } = await probing({ requests: [request(url, { statuses })] });
    expect(act.outcome).toBe(outcome);
    expect(act.detail).toMatch(says);
    expect(asked).toEqual(["PUT /organizations/a"]);
    expect(observed).toMatchObject({ answers: [{ status, ok: outcome === "succeeded" }] });
  });

  test("nobody who answers is never a right answer, and says why", async () => {
    const { url, close } = await server(200);
    await close();
    const { act, observed } = await probing({ requests: [request(url, { statuses: [200] })] });
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(/answers no answer \(.*cannot be reached.*\), wanted 200/);
    expect(observed).toMatchObject({ answers: [{ status: 0, ok: false }] });
  });

  test("many wrong answers are named by the first few and a number", async () => {
    const { url } = await server(500);
    const requests = Array.from({ length: 5 }, (_, index) =>
      request(url, { statuses: [503] }, { path: `/o/${index}` }),
    );
    expect((await probing({ requests })).act.detail).toMatch(
      /\/o\/0 .*\/o\/1 .*\/o\/2 .*; and 2 more$/,
    );
  });
});

describe("same as in an earlier step", () => {
  const earlier = (status: number, more: object = {}) => ({
    probesOf: () => [
      {
        host: "one",
        method: "PUT",
        path: "/organizations/a",
        endpoint: "organizations",
        status,
        expected: [],
        ok: true,
        ...more,
      },
    ],
  });
  test.each([
    ["the same answer", earlier(401), "succeeded"],
    ["another answer", earlier(200), "not-met"],
    ["the answer of another host", earlier(401, { host: "two" }), "not-met"],
    ["the answer to another request", earlier(401, { method: "GET" }), "not-met"],
    ["nothing that was ever asked", { probesOf: () => [] }, "not-met"],
  ])("%s", async (_, options, outcome) => {
    const { url } = await server(401);
    const { act } = await probing({ requests: [request(url, { sameAs: "open" })] }, options);
    expect(act.outcome).toBe(outcome);
  });
});

describe("steady", () => {
  const steady = { times: 3, everySeconds: 2 };

  test("so many right rounds in a row, and a wrong one starts the count again", async () => {
    const { url, asked } = await server(503, 503, 401, 503, 503, 503);
    const { act, slept } = await probing({ requests: [request(url, { statuses: [503] })], steady });
    expect(act.outcome).toBe("succeeded");
    expect(asked).toHaveLength(6);
    expect(slept).toEqual([2, 2, 2, 2, 2]);
  });

  test("never right: given up when the time is over", async () => {
    const { url, asked } = await server(401);
    const { act } = await probing({
      requests: [request(url, { statuses: [503] })],
      steady,
      timeoutSeconds: 10,
    });
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toMatch(/answers 401, wanted 503/);
    expect(asked).toHaveLength(6);
  });

  test("right at the end but not often enough is not steady", async () => {
    const { url } = await server(401, 401, 401, 401, 401, 503);
    const { act } = await probing({
      requests: [request(url, { statuses: [503] })],
      steady,
      timeoutSeconds: 10,
    });
    expect(act).toMatchObject({
      outcome: "not-met",
      detail: "the answers are right but were not steady",
    });
  });
});
