import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { bodyText } from "../common/body-text.ts";
import { listen, type Listening } from "../common/listen.ts";
import { answer, type Answer } from "./routes.ts";
import { GithubState } from "./state.ts";

/** How a request is answered instead; `late` means never. */
export type Trouble = Answer | { readonly text: string } | "late" | "cut";

interface Troubled {
  readonly on: RegExp;
  readonly trouble: Trouble;
  left: number;
}

/** A request that came, for whoever counts them. */
export interface Came {
  /** `GET /environments/prod?page=1`, without the repository. */
  readonly line: string;
  readonly authorization: string | undefined;
}

export const repository = "rehearsal/runbook-phase";
export const token = "ghs_rehearsal";

/** GitHub's API on a loopback port, as far as the product asks it. */
export class LocalGithub {
  readonly state: GithubState;
  readonly came: Came[] = [];
  readonly #troubles: Troubled[] = [];
  #listening: Listening | undefined;
  #port = 0;

  constructor(state: GithubState) {
    this.state = state;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    this.#listening = await listen(server, this.#port);
    this.#port = this.#listening.port;
  }

  /** Takes no connection until it is started again, in the same place. */
  async stop(): Promise<void> {
    await this.#listening?.close();
    this.#listening = undefined;
  }

  /** Answers requests such as `GET /environments/` in a bad way, so many times. */
  trouble(on: RegExp, trouble: Trouble, times = Infinity): void {
    this.#troubles.push({ on, trouble, left: times });
  }

  /** Answers everything again. */
  noTrouble(): void {
    this.#troubles.length = 0;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.apiUrl);
    const path = url.pathname.replace(new RegExp(`^/repos/${repository}(?=/)`), "");
    const line = `${request.method} ${path}`;
    const { authorization } = request.headers;
    this.came.push({ line: `${line}${url.search}`, authorization });
    const body = await readBody(request);
    const trouble = this.#troubleOf(line);
    if (trouble === "late") return;
    if (trouble === "cut") return void request.socket.destroy();
    if (trouble !== undefined && "text" in trouble) {
      response.writeHead(200, { "content-type": "text/html" }).end(trouble.text);
      return;
    }
    const stored = trouble ?? this.#fromStore(path, authorization);
    const asked = {
      method: request.method ?? "",
      path,
      query: url.searchParams,
      body,
      origin: this.apiUrl,
    };
    send(response, stored ?? this.#known(authorization) ?? answer(this.state, asked));
  }

  #troubleOf(line: string): Trouble | undefined {
    const found = this.#troubles.find(({ on, left }) => left > 0 && on.test(line));
    if (found !== undefined) found.left -= 1;
    return found?.trouble;
  }

  #known(authorization: string | undefined): Answer | undefined {
    const known = authorization === `token ${token}` || authorization === `Bearer ${token}`;
    return known ? undefined : { status: 401, json: { message: "Bad credentials" } };
  }

  /** Another house: whoever brings GitHub's token along is turned away, as the real store does. */
  #fromStore(path: string, authorization: string | undefined): Answer | undefined {
    const [, id] = /^\/store\/(\d+)$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    if (authorization !== undefined) return { status: 400, json: {} };
    const bytes = this.state.artifacts.find((one) => one.id === Number(id))?.bytes;
    return bytes === undefined ? { status: 404, json: {} } : { status: 200, bytes };
  }
}

/** Starts it with nothing in it. */
export async function startGithub(state = new GithubState()): Promise<LocalGithub> {
  const github = new LocalGithub(state);
  await github.start();
  return github;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = await bodyText(request);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

function send(response: ServerResponse, { status, json, headers, bytes }: Answer): void {
  const type = bytes === undefined ? "application/json; charset=utf-8" : "application/zip";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(bytes ?? JSON.stringify(json ?? {}));
}
