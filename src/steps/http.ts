import type { Duplex } from "node:stream";

import { ChefError } from "../chef/chef-error.ts";
import { readClientKey } from "../chef/client-key.ts";
import { clockSkew } from "../chef/clock-skew.ts";
import { signedHeaders, type Signer } from "../chef/signer.ts";
import type { StepContext } from "./context.ts";
import { errorText } from "../config/error-text.ts";
import { addressOf, exchange, type HttpReply, portOf } from "../transport/http.ts";
import type { Resources } from "./resources.ts";

/** A request as it is sent from a host: the URL is what the host itself would use. */
export interface HttpRequest {
  readonly host: string;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly endpoint: string;
  readonly body?: string | undefined;
  /** Name of the signer; without one the request is nobody's. */
  readonly signed?: string | undefined;
}

export interface HttpAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  /** Why there was none, or what a refusal means. */
  readonly detail: string | undefined;
  /** What to do about it, where that is known. */
  readonly next?: string | undefined;
  /** Whether the request may have reached the other side. */
  readonly sent: boolean;
  /** As long as it was asked for; otherwise empty. */
  readonly body: string;
}

/** How it is sent, where that is not as a probe does it. */
export interface Sending {
  readonly signal?: AbortSignal;
  /** More of an answer's body than this is an error; 0 drops the body. */
  readonly maxBytes?: number;
}

const timeoutSeconds = 20;

/** Sends a request over the host's SSH connection, so that what is asked is that host and nothing in between. */
export async function send(
  request: HttpRequest,
  context: StepContext,
  { signal = context.signal, maxBytes = 0 }: Sending = {},
): Promise<HttpAnswer> {
  const { host, method, path, body } = request;
  let sent = false;
  try {
    const url = new URL(path, request.url);
    const headers = headersOf(request, url, context);
    const connection = await context.connect(host);
    const open = (): Promise<Duplex> => connection.forward(addressOf(url), portOf(url));
    const ask = { url, method, headers, timeoutSeconds, maxBytes, signal };
    const what = body === undefined ? ask : { ...ask, body };
    const reply = await exchange(open, what, () => (sent = true));
    const refusal = refusalOf(request, reply, context);
    return { status: reply.status, detail: undefined, sent, body: reply.body, ...refusal };
  } catch (error) {
    const next = error instanceof ChefError ? { next: error.next } : {};
    return { status: 0, detail: errorText(error), sent, body: "", ...next };
  }
}

/** Why one of these requests cannot be signed, as a step ends then: nothing is sent for it. */
export function whyUnsigned(
  requests: readonly HttpRequest[],
  context: StepContext,
): { readonly outcome: "refused"; readonly detail: string; readonly next: string } | undefined {
  const names = new Set(requests.flatMap(({ signed }) => (signed === undefined ? [] : [signed])));
  try {
    for (const name of names) signerOf(name, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    return {
      outcome: "refused",
      detail: `${error.message}; nothing was sent`,
      next: error.next,
    };
  }
}

/** How a plan says whose a request is. */
export function saySigned({ signed }: HttpRequest, { signers }: Resources): string {
  if (signed === undefined) return "";
  const { client = "nobody" } = signers[signed] ?? {};
  return `, signed by ${signed} (client ${client})`;
}

function headersOf(
  { method, body = "", signed }: HttpRequest,
  url: URL,
  context: StepContext,
): Record<string, string> {
  if (signed === undefined) return body === "" ? {} : { "content-type": "application/json" };
  const what = { method, path: url.pathname, body };
  return signedHeaders(what, signerOf(signed, context), context.now());
}

/** A signer with its key. Throws a `ChefError` where there is none that can sign. */
function signerOf(name: string, { resources, secret }: StepContext): Signer {
  const declared = resources.signers[name];
  if (declared === undefined) throw new Error(`there is no signer ${name}`);
  const { client, key, version } = declared;
  const given = secret(key);
  if (given === undefined || given === "")
    throw new ChefError(`there is no key of ${client}, for whom signer ${name} signs`, {
      kind: "not-done",
      next: `add ${key} to the environment's secrets and to the action's input \`secrets\``,
    });
  return { client, version, key: readClientKey(given, client) };
}

/** What a server's refusal of a signed request means; it says little itself. */
function refusalOf(
  { signed }: HttpRequest,
  { status, headers }: HttpReply,
  { resources, now }: StepContext,
): Partial<Pick<HttpAnswer, "detail" | "next">> {
  const signer = signed === undefined ? undefined : resources.signers[signed];
  if (signer === undefined || (status !== 401 && status !== 403)) return {};
  const { client, key } = signer;
  if (status === 403)
    return {
      detail: `${client} may not do that`,
      next: `give ${client} the right to it on the Chef server`,
    };
  const skew = clockSkew(headers, now());
  if (skew !== undefined) return { detail: skew, next: "set the clock that is wrong" };
  return {
    detail: `the API does not take the signature for that of ${client}`,
    next: `see whether secret ${key} is the key of ${client}, and whether the API knows ${client}`,
  };
}
