import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CouchStore } from "./couch-store.ts";
import type { Dataset } from "./data.ts";
import { listen } from "./listen.ts";
import type { Listening } from "./listen.ts";

const views: Readonly<Record<string, (data: Dataset) => readonly unknown[]>> = {
  "Mixlib::Authorization::Models::Organization": (data) => data.orgs,
  "Mixlib::Authorization::Models::OrganizationUser": (data) => data.associations,
  "Mixlib::Authorization::Models::OrganizationUserAssociationRequest": (data) => data.invites,
  "Mixlib::Authorization::Models::Group": (data) => data.groups,
};

/**
 * Serves the source as CouchDB does: the counts of the views that the runbook asks for, and
 * `GET /_world/dataset`, the whole content as JSON, which stands for the couch file that mover reads.
 */
export async function startCouch(store: CouchStore): Promise<Listening> {
  const server = createServer((request, response) => answer(store, request, response));
  return listen(server);
}

function answer(store: CouchStore, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://couch");
  if (request.method !== "GET") return send(response, 405, { error: "method_not_allowed" });
  if (url.pathname === "/") return send(response, 200, { couchdb: "Welcome", version: "1.2.2" });
  if (url.pathname === "/_world/dataset") return send(response, 200, store.snapshot());
  const view = /^\/opscode_account\/_design\/([^/]+)\/_view\/all$/.exec(url.pathname)?.[1];
  const rowsOf = view === undefined ? undefined : views[decodeURIComponent(view)];
  if (!rowsOf) return send(response, 404, { error: "not_found", reason: "missing" });
  const rows = rowsOf(store.snapshot());
  const limit = Number(url.searchParams.get("limit") ?? rows.length);
  send(response, 200, { total_rows: rows.length, offset: 0, rows: rows.slice(0, limit) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    server: "CouchDB/1.2.2 (Erlang OTP/R15B01)",
    "content-type": "application/json",
  });
  response.end(`${JSON.stringify(body)}\n`);
}
