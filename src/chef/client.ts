import { type KeyObject, X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";

import { errorText } from "../config/error-text.ts";
import { addressOf, exchange, type HttpReply, portOf } from "../transport/http.ts";
import { ChefError } from "./chef-error.ts";
import { readClientKey } from "./client-key.ts";
import { clockSkew } from "./clock-skew.ts";
import { allPages, type FoundNode, type NodeQuestion, pageOf, type SearchPage } from "./search.ts";
import type { SignVersion } from "./sign.ts";
import { signedHeaders } from "./signer.ts";

export interface ChefClientOptions {
  /** With the organization, such as `https://chef.example.com/organizations/acme`. */
  readonly url: string;
  /** Name of the client or user that the key belongs to. */
  readonly client: string;
  /** Its RSA key as PEM. */
  readonly key: string;
  readonly version: SignVersion;
  /** Certificates of the authority that the server's certificate is from, as PEM; without it Node's own. */
  readonly ca?: string | undefined;
  /** True where the way to the server is safe without TLS, such as through a host's SSH connection to itself. */
  readonly plainHttp: boolean;
  /** Connects to the server, from here or from a host that can reach it. */
  readonly open: (address: string, port: number) => Promise<Duplex>;
  readonly now: () => Date;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly signal: AbortSignal;
}

interface Asked {
  /** Of these only PUT changes something: a search is asked with POST. */
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly body: string;
  /** Behind the path; it is not signed. */
  readonly query?: string;
  /** What was asked for, where method and path do not say it. */
  readonly about?: string;
}

const timeoutSeconds = 30;
const maxBytes = 4 * 1024 * 1024;
const rowsPerPage = 200;
/** Only what changes nothing is asked again. */
const waitsBetweenReads = [1, 3];

/** Speaks to one organization of a Chef server. Every failure is a `ChefError`. */
export class ChefClient {
  readonly #options: ChefClientOptions;
  readonly #base: URL;
  readonly #key: KeyObject;

  constructor(options: ChefClientOptions) {
    this.#options = options;
    this.#base = baseOf(options);
    this.#key = readClientKey(options.key, options.client);
    checkAuthority(options);
  }

  /** A data bag's item as the server wrote it, byte for byte; asked once more, and once again, unless it is wanted now. */
  async item(bag: string, item: string, now: "now" | "patiently" = "patiently"): Promise<string> {
    return this.#read({ method: "GET", path: itemPath(bag, item), body: "" }, now);
  }

  /**
   * The nodes that match a query, each with its name and these attributes, in the server's order and page by page.
   * A read like any other, though it is sent with POST.
   */
  async searchNodes(
    query: string,
    { attributes, rowsPerPage: rows = rowsPerPage }: NodeQuestion,
    now: "now" | "patiently" = "patiently",
  ): Promise<readonly FoundNode[]> {
    const body = JSON.stringify({ name: ["name"], ...attributes });
    const about = ` for the nodes that match ${JSON.stringify(query)}`;
    const asked = { method: "POST", path: "/search/node", body, about } as const;
    const page = async (start: number): Promise<SearchPage> => {
      const parameters = { q: query, sort: nodeOrder, start: String(start), rows: String(rows) };
      const text = await this.#read({ ...asked, query: queryOf(parameters) }, now);
      const read = pageOf(JSON.parse(text));
      if (read !== undefined) return read;
      throw new ChefError(`${this.#say(asked)}: 200 with JSON that is no answer of a search`, {
        kind: "not-done",
        next: elsewhere,
      });
    };
    return allPages(page, rows, this.#say(asked));
  }

  /** Writes an item, once: `unknown` in the error means that it may have been written all the same. */
  async putItem(bag: string, item: string, text: string): Promise<void> {
    const asked = { method: "PUT", path: itemPath(bag, item), body: text } as const;
    jsonOf(await this.#send(asked), this.#say(asked), "unknown");
  }

  async #read(asked: Asked, now: "now" | "patiently"): Promise<string> {
    for (const wait of [...(now === "now" ? [] : waitsBetweenReads), undefined]) {
      try {
        return jsonOf(await this.#send(asked), this.#say(asked));
      } catch (error) {
        if (wait === undefined || !mayBeAskedAgain(error) || this.#options.signal.aborted)
          throw error;
        await this.#options.sleep(wait);
      }
    }
    throw new Error("a read ends with its answer or its error");
  }

  #say({ method, path, about = "" }: Asked): string {
    return `the Chef server ${this.#base.host} was asked for ${method} ${this.#base.pathname}${path}${about}`;
  }

  async #send(asked: Asked): Promise<HttpReply> {
    const { method, path, body, query = "" } = asked;
    const { ca, open, signal } = this.#options;
    const url = new URL(this.#base.href + path + query);
    const headers = this.#headers(asked, url);
    let sent = false;
    let reply: HttpReply;
    try {
      const connect = (): Promise<Duplex> => open(addressOf(url), portOf(url));
      const ask = { url, method, headers, ca, timeoutSeconds, maxBytes, signal };
      const what = method === "GET" ? ask : { ...ask, body };
      reply = await exchange(connect, what, () => (sent = true));
    } catch (error) {
      throw unanswered(`${this.#say(asked)}: ${errorText(error)}`, asked, sent, error);
    }
    if (reply.status !== 200) throw this.#refused(asked, reply);
    return reply;
  }

  #headers({ method, body }: Asked, url: URL): Record<string, string> {
    const { version, client, now } = this.#options;
    const signer = { version, client, key: this.#key };
    return signedHeaders({ method, path: url.pathname, body }, signer, now());
  }

  #refused(asked: Asked, reply: HttpReply): ChefError {
    const { status } = reply;
    const said = `${this.#say(asked)}: ${status}${words(reply)}`;
    const fail = (next: string, also = ""): ChefError =>
      new ChefError(`${said}${also}`, { kind: kindOf(asked, status), next, status });
    const { client } = this.#options;
    if (redirects.includes(status))
      return fail(
        "give the URL that the server itself answers at; redirects are not followed with a signature",
        ` to ${String(reply.headers["location"] ?? "somewhere")}`,
      );
    switch (status) {
      case 401:
        return this.#unauthorized(said, reply);
      case 403:
        return fail(`give client ${client} the right to do that on the Chef server`);
      case 400:
        return fail(
          asked.method === "POST"
            ? "correct the query in the inventory; `knife search node` tells what the server takes"
            : "see what the server says",
        );
      case 404:
        return fail(
          asked.method === "POST"
            ? "the server has no such index there: see whether the URL names the organization"
            : "see how data bag and item are spelled, and whether the URL names the organization",
        );
      case 407:
        return fail("a proxy stands in between: reach the server from a host with `on`");
      default:
        if (kindOf(asked, status) === "unknown") return fail(readFirst);
        return fail(
          status >= 500 || status === 429
            ? "see whether the Chef server is well, and run this phase again"
            : "see what the server says",
        );
    }
  }

  #unauthorized(said: string, { status, headers }: HttpReply): ChefError {
    const { client, now } = this.#options;
    const skew = clockSkew(headers, now());
    if (skew !== undefined)
      return new ChefError(`${said}; ${skew}`, {
        kind: "not-done",
        next: "set the clock that is wrong",
        status,
      });
    return new ChefError(said, {
      kind: "not-done",
      next: `see whether the key is that of client ${client}, and whether the client is of this organization`,
      status,
    });
  }
}

const redirects: readonly number[] = [301, 302, 307, 308];

/** A change is known not to be done when it was refused; any other answer than the right one may have come behind it. */
function kindOf({ method }: Asked, status: number): "not-done" | "unknown" {
  const refused = (status >= 400 && status < 500) || redirects.includes(status);
  return method === "PUT" && !refused ? "unknown" : "not-done";
}

const readFirst = "run this phase again: it reads the item before it writes anything";

function unanswered(message: string, { method }: Asked, sent: boolean, cause: unknown): ChefError {
  if (method === "PUT" && sent) return new ChefError(message, { kind: "unknown", next: readFirst });
  const untrusted = untrustedBecause(cause);
  return new ChefError(message, {
    kind: "not-done",
    next:
      untrusted ??
      "see whether the server can be reached from here, or name a host that can with `on`",
    again: untrusted === undefined,
  });
}

/** What to do about a certificate or a connection that is not as it must be; undefined where it is not about that. */
function untrustedBecause(cause: unknown): string | undefined {
  const { code } = cause as { code?: unknown };
  if (typeof code !== "string") return undefined;
  if (code === "CERT_HAS_EXPIRED") return "have the server's certificate renewed";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "give the URL with a name that the server's certificate is for";
  if (/^ERR_SSL|^EPROTO/.test(code)) return "see whether the port of the URL speaks TLS";
  if (/CERT|ISSUER|SIGNATURE/.test(code))
    return "give the certificates of the server's authority as the secret that `ca` names; no certificate is taken unseen";
  return undefined;
}

function mayBeAskedAgain(error: unknown): boolean {
  if (!(error instanceof ChefError)) return false;
  const { status } = error;
  return status === undefined ? error.again : status >= 500 || status === 429;
}

/** TLS takes rubbish for no certificate at all, and would then blame the server's. */
function checkAuthority({ ca }: ChefClientOptions): void {
  if (ca === undefined) return;
  try {
    new X509Certificate(ca);
  } catch {
    throw new ChefError("the certificates of the Chef server's authority cannot be read", {
      kind: "not-done",
      next: "give them as PEM, whole and with their line ends",
    });
  }
}

const elsewhere =
  "something else answers in the server's place, such as a proxy: see what the URL leads to";

/** The body, when it is JSON; a proxy's page with a good status is none. */
function jsonOf(
  { body, headers }: HttpReply,
  said: string,
  kind: "not-done" | "unknown" = "not-done",
): string {
  try {
    JSON.parse(body);
    return body;
  } catch {
    const type = String(headers["content-type"] ?? "no type");
    // What is broken may be an item's own content; only a page is quoted.
    const page = body.trimStart().startsWith("<") ? `: ${body.slice(0, 100)}` : "";
    throw new ChefError(`${said}: 200 with no JSON (${type}, ${body.length} characters)${page}`, {
      kind,
      next: kind === "unknown" ? readFirst : elsewhere,
    });
  }
}

/** The words of a refusal: a Chef server gives them as `error`. */
function words({ body }: HttpReply): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    const said = Array.isArray(error) ? error.join("; ") : typeof error === "string" ? error : "";
    return said === "" ? "" : `, "${said.slice(0, 300)}"`;
  } catch {
    return body === "" ? "" : `, no JSON: ${body.slice(0, 100)}`;
  }
}

const itemPath = (bag: string, item: string): string =>
  `/data/${encodeURIComponent(bag)}/${encodeURIComponent(item)}`;

/** The order in which Chef's own clients ask: one that does not change from page to page. */
const nodeOrder = "X_CHEF_id_CHEF_X asc";

/** A space as `%20`: a plus sign can stand for itself in a query. */
const queryOf = (parameters: Readonly<Record<string, string>>): string =>
  `?${Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")}`;

function baseOf({ url: text, plainHttp }: ChefClientOptions): URL {
  const next = "give a URL such as https://chef.example.com/organizations/acme";
  if (!URL.canParse(text))
    throw new ChefError(`${JSON.stringify(text)} is no URL of a Chef server`, {
      kind: "not-done",
      next,
    });
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && plainHttp))
    throw new ChefError(
      `${url.protocol}//${url.host}: a Chef server is spoken to over https; http is taken only from a host (\`on\`)`,
      { kind: "not-done", next },
    );
  if (url.username !== "" || url.search !== "" || url.hash !== "")
    throw new ChefError(`${url.host}: a Chef server's URL has no user, query or fragment`, {
      kind: "not-done",
      next,
    });
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}
