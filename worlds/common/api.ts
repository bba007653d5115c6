import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { whyNotSigned } from "../chef/verify-request.ts";
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
  /** Users whose signed requests are taken, each with its public key as PEM. */
  readonly keys?: Readonly<Record<string, string>>;
  /** A fixed port, for a host whose API is started again. */
  readonly port?: number;
}

/** Stands for a signed request: only the world's own traffic sends it. Others sign, as at the real API. */
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

/** Looks like a key, so that whoever keeps answers is found out. */
const private_key =
  "-----BEGIN RSA PRIVATE KEY-----\nVALIDATORKEYOFTHEWORLD\n-----END RSA PRIVATE KEY-----\n";

/** The org-related endpoints: the ones that 503 mode closes for writes. */
const routes: readonly Route[] = [
  route("/organizations", "couchdb_organizations", {
    GET: async ({ store }) => found(await store.organizations()),
    POST: async ({ store, body }) => {
      const org = text(body["name"]);
      // The answer brings the private key of the new organization's validator along, as the real one does.
      const made = { uri: `/organizations/${org}`, clientname: `${org}-validator`, private_key };
      return created(await store.createOrganization(org, text(body["full_name"])), made);
    },
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
    POST: async ({ store, names: [org = ""], body }) => {
      const done = await store.invite(org, text(body["user"]));
      const invite = (await store.invites(org))?.find(({ username }) => username === body["user"]);
      const uri = `http://api/organizations/${org}/association_requests/${invite?.id ?? ""}`;
      return created(done, { uri });
    },
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
  const sent = await bodyText(request);
  const asks = whoAsks(options, request, { method, path, body: sent });
  const { user } = asks;
  const body = parsed(sent);
  const flags = await options.flags();
  const answer = await decide(options, { method, path, asks, body, flags }).catch(
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

/** Who a request says it is from, and why that is not believed. */
interface Asks {
  readonly user: string | undefined;
  readonly refused?: string | undefined;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly asks: Asks;
  readonly body: Readonly<Record<string, unknown>>;
  readonly flags: Flags;
}

async function decide(
  options: ApiOptions,
  { method, path, asks, body, flags }: Request,
): Promise<Answer> {
  if (path === "/_status") return { status: 200, body: { status: "pong" } };
  const match = routes.find((candidate) => candidate.path.test(path));
  if (!match) return { status: 404, body: { error: ["Not found"] } };
  if (method !== "GET" && flags.orgs_503_mode === "true") {
    return { status: 503, body: { error: ["Service temporarily unavailable"] } };
  }
  if (asks.refused !== undefined) return { status: 401, body: { error: [asks.refused] } };
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

function created(done: boolean | "conflict", body: object = {}): Answer {
  if (done === "conflict") return { status: 409, body: { error: ["already exists"] } };
  return done ? { status: 201, body } : { status: 404, body: { error: ["not found"] } };
}

const missing = "missing required authentication header(s) 'X-Ops-UserId'";

function whoAsks(
  { keys = {} }: ApiOptions,
  { headers }: IncomingMessage,
  sent: { readonly method: string; readonly path: string; readonly body: string },
): Asks {
  const user = one(headers["x-ops-userid"]);
  if (user === undefined) {
    const trusted = one(headers[userHeader]);
    return trusted === undefined ? { user: undefined, refused: missing } : { user: trusted };
  }
  return { user, refused: whyNotSigned({ ...sent, headers }, (name) => keys[name], new Date()) };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
