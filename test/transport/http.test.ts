import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";

import { exchange, type HttpExchange } from "../../src/transport/http.ts";
import { listen } from "../../worlds/common/listen.ts";

/** As a channel of a connection that froze: it takes everything, says nothing, and ends by no wish of ours. */
class Frozen extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, taken: () => void): void {
    taken();
  }
  override destroy(): this {
    return this;
  }
}

const never = new AbortController().signal;

function asking(changed: Partial<HttpExchange> = {}): HttpExchange {
  const url = new URL("http://there.invalid/path?query=1");
  return { url, method: "GET", timeoutSeconds: 20, maxBytes: 1000, signal: never, ...changed };
}

async function server(listener: RequestListener): Promise<() => Promise<Duplex>> {
  const { port, close } = await listen(createServer(listener));
  onTestFinished(close);
  return () => Promise.resolve(connect(port, "127.0.0.1"));
}

describe("an exchange", () => {
  test("sends path, host, headers and body, and gives the answer whole", async () => {
    const open = await server((request, response) => {
      request.resume();
      const { method, url, headers } = request;
      response.writeHead(418, { "x-own": "1" });
      response.end(JSON.stringify([method, url, headers.host, headers["content-length"]]));
    });
    const reply = await exchange(open, asking({ method: "PUT", body: "grüße" }));
    expect(reply).toMatchObject({ status: 418, headers: { "x-own": "1" } });
    expect(JSON.parse(reply.body)).toEqual(["PUT", "/path?query=1", "there.invalid", "7"]);
  });

  test.each(["http:", "https:"])(
    "over %s ends in time when nothing comes back",
    async (protocol) => {
      const url = new URL(`${protocol}//there.invalid/`);
      const asked = exchange(async () => new Frozen(), asking({ url, timeoutSeconds: 0.05 }));
      await expect(asked).rejects.toThrow("no answer within 0.05 s");
    },
  );

  test("ends in time when no connection is made, and closes one that comes too late", async () => {
    let give: (stream: Duplex) => void = () => undefined;
    const open = () => new Promise<Duplex>((resolve) => (give = resolve));
    await expect(exchange(open, asking({ timeoutSeconds: 0.05 }))).rejects.toThrow(
      "no answer within",
    );
    const late = new Duplex({ read() {}, write() {} });
    give(late);
    await expect.poll(() => late.destroyed).toBe(true);
  });

  test.each(["http:", "https:"])(
    "over %s ends when it is cancelled, before and meanwhile",
    async (protocol) => {
      const url = new URL(`${protocol}//there.invalid/`);
      const before = exchange(
        async () => new Frozen(),
        asking({ url, signal: AbortSignal.abort() }),
      );
      await expect(before).rejects.toThrow("cancelled before there was an answer");
      const stop = new AbortController();
      const meanwhile = exchange(async () => new Frozen(), asking({ url, signal: stop.signal }));
      setImmediate(() => stop.abort());
      await expect(meanwhile).rejects.toThrow("cancelled before there was an answer");
    },
  );

  test.each(["http:", "https:"])(
    "over %s ends when the connection closes without a word",
    async (protocol) => {
      const url = new URL(`${protocol}//there.invalid/`);
      const stream = new Duplex({ read() {}, write: (_chunk, _encoding, taken) => taken() });
      const asked = exchange(async () => stream, asking({ url }));
      setImmediate(() => stream.destroy());
      await expect(asked).rejects.toThrow(/ended before|hang up|disconnected|closed/);
    },
  );

  const answers: readonly (readonly [string, RequestListener, string])[] = [
    ["that is too long", (_, response) => response.end("x".repeat(1001)), "longer than 1000 bytes"],
    [
      "that is cut off",
      (_, response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("half", () => response.destroy());
      },
      "",
    ],
    [
      "that changes the protocol",
      ({ socket }) =>
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        ),
      "(101)",
    ],
  ];
  test.each(answers)("rejects an answer %s", async (_, listener, says) => {
    await expect(exchange(await server(listener), asking())).rejects.toThrow(says);
  });

  test("says when the request may have arrived, and not before", async () => {
    let sent = 0;
    const refused = exchange(
      () => Promise.reject(new Error("no way")),
      asking(),
      () => (sent += 1),
    );
    await expect(refused).rejects.toThrow("no way");
    expect(sent).toBe(0);
    await exchange(await server((_, response) => response.end()), asking(), () => (sent += 1));
    expect(sent).toBe(1);
  });
});
