import {
  createServer as createPlainServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer } from "node:https";

import { bodyText } from "../common/body-text.ts";
import { listen } from "../common/listen.ts";
import { search, type Attributes } from "./search.ts";
import { whyNotSigned } from "./verify-request.ts";

/** How a request is answered instead: another answer, or a connection that is cut before or after the act. */
export type Trouble =
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | "cut"
  | "cut-after";

export interface ChefServerOptions {
  /** Certificate and key as PEM; without them it speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Client to its public key as PEM. */
  readonly clients: Readonly<Record<string, string>>;
  /** Those of them that may write nothing, as nodes may not. */
  readonly readers?: readonly string[];
  /** Its clock. */
  readonly now?: () => Date;
}

/** What the real one takes of a request's body. */
const maxBytes = 1_000_000;

const organization = "/organizations/acme";

/** One organization of a Chef server on a loopback port: it knows data bags, and who may ask. */
export class LocalChef {
  /** `bag/item` to its text. */
  readonly items = new Map<string, string>();
  /** Node to its attributes; `null` for one that is in the index alone. */
  readonly nodes = new Map<string, Attributes | null>();
  /** Nodes that count in a search and are not shown. */
  readonly hidden = new Set<string>();
  /** `GET /data/bag/item`, of every request that was signed well; of a search with its query. */
  readonly came: string[] = [];
  /** Decides how a request is troubled; called before anything is done. */
  trouble: (line: string) => Trouble | undefined = () => undefined;
  readonly #options: ChefServerOptions;
  #url = "";
  #close = async (): Promise<void> => undefined;

  constructor(options: ChefServerOptions) {
    this.#options = options;
  }

  /** With the organization. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const { tls } = this.#options;
    const take = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#take(request, response);
    const server = tls === undefined ? createPlainServer(take) : createServer({ ...tls }, take);
    const listening = await listen(server);
    this.#close = () => listening.close();
    this.#url = `http${tls === undefined ? "" : "s"}://127.0.0.1:${listening.port}${organization}`;
  }

  stop(): Promise<void> {
    return this.#close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/", headers } = request;
    const body = await bodyText(request);
    const { pathname: path, search: query, searchParams } = new URL(url, "http://chef");
    const now = this.#options.now?.() ?? new Date();
    response.setHeader("date", now.toUTCString());
    const { clients } = this.#options;
    if (Buffer.byteLength(body) > maxBytes)
      return reply(response, 413, { error: `JSON must be no more than ${maxBytes} bytes.` });
    const why = whyNotSigned({ method, path, headers, body }, (name) => clients[name], now);
    if (why !== undefined) return reply(response, 401, { error: [why] });
    const line = `${method} ${path.replace(organization, "")}${decodeURIComponent(query)}`;
    this.came.push(line);
    const trouble = this.trouble(line);
    if (trouble === "cut") return void request.socket.destroy();
    if (typeof trouble === "object")
      return void response.writeHead(trouble.status, trouble.headers).end(trouble.body ?? "");
    const answer =
      path === `${organization}/search/node`
        ? search(this, searchParams, body)
        : this.#answer({ method, path, body, client: String(headers["x-ops-userid"]) });
    if (trouble === "cut-after") return void request.socket.destroy();
    reply(response, answer.status, answer.body);
  }

  /** New items of a bag, and the cookbooks of a run list: there are none. */
  #create(path: string, body: string): { status: number; body: unknown } {
    const [, bag] = /^\/organizations\/acme\/data\/([^/]+)$/.exec(path) ?? [];
    if (/^\/organizations\/acme\/environments\/[^/]+\/cookbook_versions$/.test(path)) {
      const unknown = cookbooksOf(body);
      if (unknown.length === 0) return { status: 200, body: {} };
      const message = `Run list contains invalid items: no such cookbook ${unknown.join(", ")}.`;
      return { status: 412, body: { error: [{ message, non_existent_cookbooks: unknown }] } };
    }
    const bags = [...this.items.keys()].map((name) => name.split("/")[0]);
    if (bag === undefined || !bags.includes(bag))
      return { status: 404, body: { error: [`Cannot load data bag ${bag ?? path}`] } };
    const { id = "" } = JSON.parse(body) as { id?: string };
    const name = `${bag}/${id}`;
    if (this.items.has(name))
      return {
        status: 409,
        body: { error: [`Data Bag Item '${id}' already exists in Data Bag '${bag}'.`] },
      };
    this.items.set(name, body);
    return { status: 201, body };
  }

  #answer({ method, path, body, client }: Asked): { status: number; body: unknown } {
    if (method === "POST") return this.#create(path, body);
    const [, bag, item] = /^\/organizations\/acme\/data\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (bag === undefined || item === undefined)
      return { status: 404, body: { error: ["no such route"] } };
    if (method !== "GET" && this.#options.readers?.includes(client) === true)
      return { status: 403, body: { error: ["missing update permission"] } };
    const name = `${decodeURIComponent(bag)}/${decodeURIComponent(item)}`;
    const known = this.items.get(name);
    if (known === undefined)
      return {
        status: 404,
        body: {
          error: [
            `Cannot load data bag item ${decodeURIComponent(item)} for data bag ${decodeURIComponent(bag)}`,
          ],
        },
      };
    if (method === "GET") return { status: 200, body: known };
    this.items.set(name, body);
    return { status: 200, body };
  }
}

/** The names in a run list without their recipes; none of these cookbooks is there. */
function cookbooksOf(body: string): readonly string[] {
  const { run_list: list = [] } = JSON.parse(body) as { run_list?: readonly string[] };
  return list.map((one) => one.replace(/^recipe\[|\]$/g, "").split("::")[0] ?? "");
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly client: string;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
