import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { bodyText } from "./body-text.ts";
import type { FlagName, Flags } from "./flags.ts";
import { listen } from "./listen.ts";
import type { Listening } from "./listen.ts";
import type { OrgStore } from "./org-store.ts";
import type { RequestLog } from "./request-log.ts";

export interface ApiOptions {
  readonly flags: () => Promise<Flags>;
  readonly couch: OrgStore;
  readonly sql: OrgStore;
  readonly log: RequestLog;
  /** A fixed port, for a host whose API is started again. */
  readonly port?: number;
}

/** Stands for a signed request: only the world's own traffic sends it. */
export const userHeader = "x-world-user";

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly store?: OrgStore["name"];
}

interface Call {
  readonly method: string;
  readonly store: OrgStore;
  readonly names: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

interface Route {
  readonly path: RegExp;
  /** Which setting says where this endpoint's data is. */
  readonly flag: FlagName;
  readonly methods: Readonly<Record<string, (call: Call) => Promise<Answer>>>;
}

const name = "([A-Za-z0-9_.-]+)";

/** The org-related endpoints: the ones that 503 mode closes for writes. */
const routes: readonly Route[] = [
  route("/organizations", "couchdb_organizations", {
    GET: async ({ store }) => found(await store.organizations()),
    POST: async ({ store, body }) =>
      created(await store.createOrganization(text(body["name"]), text(body["full_name"]))),
  }),
  route(`/organizations/${name}`, "couchdb_organizations", {
    GET: async ({ store, names: [org = ""] }) => found(await store.organization(org)),
    PUT: async ({ store, names: [org = ""], body }) =>
      changed(await store.updateOrganization(org, text(body["full_name"]))),
    DELETE: async ({ store, names: [org = ""] }) => changed(await store.deleteOrganization(org)),
  }),
  route(`/organizations/${name}/users`, "couchdb_associations", {
    GET: async ({ store, names: [org = ""] }) => found(await store.members(org)),
    POST: async ({ store, names: [org = ""], body }) =>
      created(await store.associate(org, text(body["username"]))),
  }),
  route(`/organizations/${name}/users/${name}`, "couchdb_associations", {
    GET: async ({ store, names: [org = "", user = ""] }) =>
      found((await store.members(org))?.find((member) => member === user)),
    DELETE: async ({ store, names: [org = "", user = ""] }) =>
      changed(await store.dissociate(org, user)),
  }),
  route(`/organizations/${name}/association_requests`, "couchdb_association_requests", {
    GET: async ({ store, names: [org = ""] }) => found(await store.invites(org)),
    POST: async ({ store, names: [org = ""], body }) =>
      created(await store.invite(org, text(body["user"]))),
  }),
  route(`/organizations/${name}/association_requests/${name}`, "couchdb_association_requests", {
    PUT: async () => ({ status: 405, body: { error: ["Method Not Allowed"] } }),
    DELETE: async ({ store, names: [org = "", id = ""] }) => changed(await store.withdraw(org, id)),
  }),
  route(`/users/${name}/organizations`, "couchdb_associations", {
    GET: async ({ store, names: [user = ""] }) => found(await store.organizationsOf(user)),
  }),
  route(`/users/${name}/association_requests`, "couchdb_association_requests", {
    GET: async ({ store, names: [user = ""] }) => found(await store.invitesOf(user)),
  }),
  route(`/users/${name}/association_requests/${name}`, "couchdb_association_requests", {
    PUT: async () => ({ status: 404, body: { error: ["Cannot find association request"] } }),
  }),
];

/** Starts one host's API: it reads the flags for every request and serves couch or SQL as they say. */
export async function startApi(options: ApiOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    void serve(options, request).then(({ status, body, store }) => {
      response.writeHead(status, {
        "content-type": "application/json",
        ...(store === undefined ? {} : { "x-served-by": store }),
      });
      response.end(`${JSON.stringify(body)}\n`);
    });
  });
  return listen(server, options.port);
}

async function serve(options: ApiOptions, request: IncomingMessage): Promise<Answer> {
  const started = performance.now();
  const method = request.method ?? "GET";
  const path = new URL(request.url ?? "/", "http://api").pathname;
  const user = header(request);
  const body = await readBody(request);
  const flags = await options.flags();
  const answer = await decide(options, { method, path, user, body, flags }).catch(
    (error: unknown) => ({
      status: 500,
      body: { error: [error instanceof Error ? error.message : String(error)] },
    }),
  );
  const org = /^\/organizations\/([^/]+)/.exec(path)?.[1];
  options.log.write({
    method,
    path,
    status: answer.status,
    milliseconds: Math.ceil(performance.now() - started),
    flags,
    ...(org === undefined ? {} : { org }),
    ...(user === undefined ? {} : { user }),
  });
  return answer;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly user: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly flags: Flags;
}

async function decide(
  options: ApiOptions,
  { method, path, user, body, flags }: Request,
): Promise<Answer> {
  if (path === "/_status") return { status: 200, body: { status: "pong" } };
  const match = routes.find((candidate) => candidate.path.test(path));
  if (!match) return { status: 404, body: { error: ["Not found"] } };
  if (method !== "GET" && flags.orgs_503_mode === "true") {
    return { status: 503, body: { error: ["Service temporarily unavailable"] } };
  }
  if (user === undefined) {
    return {
      status: 401,
      body: { error: ["missing required authentication header(s) 'X-Ops-UserId'"] },
    };
  }
  const action = match.methods[method];
  if (!action) return { status: 405, body: { error: ["Method Not Allowed"] } };
  const store = flags[match.flag] === "false" ? options.sql : options.couch;
  const names = match.path.exec(path)?.slice(1) ?? [];
  return { ...(await action({ method, store, names, body })), store: store.name };
}

function route(pattern: string, flag: FlagName, methods: Route["methods"]): Route {
  return { path: new RegExp(`^${pattern}$`), flag, methods };
}

function found(value: unknown): Answer {
  return value === undefined
    ? { status: 404, body: { error: ["not found"] } }
    : { status: 200, body: value };
}

function changed(done: boolean): Answer {
  return done ? { status: 200, body: {} } : { status: 404, body: { error: ["not found"] } };
}

function created(done: boolean | "conflict"): Answer {
  if (done === "conflict") return { status: 409, body: { error: ["already exists"] } };
  return done ? { status: 201, body: {} } : { status: 404, body: { error: ["not found"] } };
}

function header(request: IncomingMessage): string | undefined {
  const value = request.headers[userHeader];
  return Array.isArray(value) ? value[0] : value;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await bodyText(request);
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
