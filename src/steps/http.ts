import type { Duplex } from "node:stream";

import type { StepContext } from "./context.ts";
import { errorText } from "../config/error-text.ts";
import { addressOf, exchange, portOf } from "../transport/http.ts";

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
  const { host, method, path } = request;
  const { signal } = context;
  try {
    const url = new URL(path, request.url);
    const connection = await context.connect(host);
    const open = (): Promise<Duplex> => connection.forward(addressOf(url), portOf(url));
    const ask = { url, method, timeoutSeconds, maxBytes: 0, signal };
    const { status } = await exchange(open, ask);
    return { status, detail: undefined };
  } catch (error) {
    return { status: 0, detail: errorText(error) };
  }
}
