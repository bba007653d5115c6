import { request as httpRequest } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as tlsConnect } from "node:tls";

/** One request over a connection that somebody else makes. */
export interface HttpExchange {
  readonly url: URL;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates that count beside none other, as PEM; without it those that Node knows. */
  readonly ca?: string | undefined;
  readonly timeoutSeconds: number;
  /** More of an answer's body than this is an error; 0 drops the body. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The name or address of a URL as a socket takes it: an IPv6 address without its brackets. */
export function addressOf({ hostname }: URL): string {
  return hostname.replaceAll(/^\[|\]$/g, "");
}

/** The port that a URL means. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

/**
 * Sends a request through a connection, in TLS where the URL says so, and follows no redirect. `onSent` is called when
 * the request may have reached the other side. Settles in any case: it rejects when the connection is not made or the
 * answer not whole in time, when it is cancelled, when the connection ends before, and when the answer is too long.
 */
export function exchange(
  open: () => Promise<Duplex>,
  ask: HttpExchange,
  onSent: () => void = () => {},
): Promise<HttpReply> {
  const { signal, timeoutSeconds } = ask;
  return new Promise((resolve, reject) => {
    const streams: Duplex[] = [];
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      act();
      // Not in the middle of an event of http's: its parser would be given back twice.
      setImmediate(() => {
        for (const stream of streams) stream.destroy();
      });
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const cancel = (): void => fail(new Error("cancelled before there was an answer"));
    const late = (): void => fail(new Error(`no answer within ${timeoutSeconds} s`));
    const timer = setTimeout(late, timeoutSeconds * 1000);
    /** Not every stream says why it ends, and some end without an error: its close is an end, too. */
    const watch = (stream: Duplex): Duplex => {
      streams.push(stream);
      stream.on("error", fail);
      const ended = new Error("the connection ended before the answer was whole");
      stream.on("close", () => setImmediate(fail, ended));
      if (settled) stream.destroy();
      return stream;
    };
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel, { once: true });
    const send = (stream: Duplex): void => {
      if (settled) return;
      onSent();
      sendOver(stream, ask, { done: (reply) => settle(() => resolve(reply)), fail });
    };
    const begin = async (): Promise<void> => {
      const socket = await open();
      watch(socket);
      if (settled) return;
      if (ask.url.protocol !== "https:") return send(socket);
      const secure = watch(secured(socket, ask));
      secure.once("secureConnect", () => send(secure));
    };
    begin().catch(fail);
  });
}

function secured(socket: Duplex, { url, ca }: HttpExchange): Duplex {
  const host = addressOf(url);
  // An address is not sent as a server's name.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return tlsConnect({ socket, host, ...name, ...(ca === undefined ? {} : { ca }) });
}

interface Outcome {
  readonly done: (reply: HttpReply) => void;
  readonly fail: (error: unknown) => void;
}

function sendOver(
  stream: Duplex,
  { url, method, headers = {}, body, maxBytes }: HttpExchange,
  { done, fail }: Outcome,
): void {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const request = httpRequest({
    // Not the URL itself: the stream is what makes it secure, and http takes no other protocol.
    path: url.pathname + url.search,
    method,
    // Connected already; http only writes to it. With an agent, and be it `false`, Node would not ask for it.
    createConnection: () => stream,
    headers: {
      host: url.host,
      accept: "application/json",
      connection: "close",
      "user-agent": "runbook-phase",
      ...length,
      ...headers,
    },
  });
  request.on("response", (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      if (maxBytes === 0) return;
      bytes += chunk.length;
      if (bytes > maxBytes) fail(new Error(`the answer is longer than ${maxBytes} bytes`));
      else chunks.push(chunk);
    });
    response.on("end", () => {
      if (!response.complete) return fail(new Error("the answer ended before it was whole"));
      const text = Buffer.concat(chunks).toString();
      done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
    });
    response.on("error", fail);
  });
  request.on("upgrade", () => fail(new Error("the answer is a change of protocol (101)")));
  request.on("error", fail);
  request.end(body);
}
