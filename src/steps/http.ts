import { request as httpRequest } from "node:http";
import { connect as tlsConnect } from "node:tls";

import type { StepContext } from "./context.ts";
import { errorText } from "../config/error-text.ts";

/** A request as it is sent from a host: the URL is what the host itself would use. */
export interface HttpRequest {
  readonly host: string;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly endpoint: string;
}

export interface HttpAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly detail: string | undefined;
}

const timeoutSeconds = 20;

/** Sends a request over the host's SSH connection, so that what is asked is that host and nothing in between. */
export async function send(request: HttpRequest, context: StepContext): Promise<HttpAnswer> {
  try {
    const url = new URL(request.path, request.url);
    const secure = url.protocol === "https:";
    const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
    const connection = await context.connect(request.host);
    const socket = await connection.forward(url.hostname, port);
    const stream = secure ? tlsConnect({ socket, servername: url.hostname }) : socket;
    try {
      return {
        status: await exchange(url, request.method, stream, context.signal),
        detail: undefined,
      };
    } finally {
      stream.destroy();
      socket.destroy();
    }
  } catch (error) {
    return { status: 0, detail: errorText(error) };
  }
}

function exchange(
  url: URL,
  method: string,
  stream: import("node:stream").Duplex,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      // The stream is a connected one already; http only writes to it.
      createConnection: () => stream,
      agent: false,
      headers: { accept: "application/json", connection: "close", "user-agent": "runbook-phase" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
    });
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}
