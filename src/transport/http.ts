import { request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
import { connect as tlsConnect } from "node:tls";

/** One request over a connection that somebody else has made. */
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

/** The port that a URL means. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

/**
 * Sends a request through a socket, in TLS where the URL says so, and follows no redirect. `onSent` is called when the
 * request may have reached the other side. Rejects when there is no answer in time or the answer is too long.
 */
export async function exchange(
  socket: Duplex,
  ask: HttpExchange,
  onSent: () => void = () => {},
): Promise<HttpReply> {
  // Whoever waits for the answer is told by that; a socket that nobody listens to would end the process.
  socket.on("error", () => undefined);
  const stream = ask.url.protocol === "https:" ? await secured(socket, ask) : socket;
  try {
    onSent();
    return await answerTo(stream, ask);
  } finally {
    stream.destroy();
    socket.destroy();
  }
}

function secured(
  socket: Duplex,
  { url, ca, signal, timeoutSeconds }: HttpExchange,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const servername = url.hostname.replaceAll(/^\[|\]$/g, "");
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const stream = tlsConnect({
      socket,
      host: servername,
      ...nameOf(servername),
      ...(ca === undefined ? {} : { ca }),
    });
    const stop = (): void => void stream.destroy(new Error("no TLS connection in time"));
    limit.addEventListener("abort", stop, { once: true });
    stream.once("secureConnect", () => {
      limit.removeEventListener("abort", stop);
      resolve(stream);
    });
    stream.once("error", (error) => {
      limit.removeEventListener("abort", stop);
      socket.destroy();
      reject(error);
    });
  });
}

/** Addresses are not sent as a server's name. */
function nameOf(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function answerTo(
  stream: Duplex,
  { url, method, headers = {}, body, timeoutSeconds, maxBytes, signal }: HttpExchange,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
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
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        if (maxBytes === 0) return;
        bytes += chunk.length;
        if (bytes > maxBytes)
          request.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}
