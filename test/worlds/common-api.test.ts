import { createPrivateKey } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signHeaders } from "../../src/chef/sign.ts";
import { startApi, userHeader } from "../../worlds/common/api.ts";
import { CouchStore } from "../../worlds/common/couch-store.ts";
import { plant, probeOrg, probeUser } from "../../worlds/common/data.ts";
import { flagsBefore } from "../../worlds/common/flags.ts";
import type { Flags } from "../../worlds/common/flags.ts";
import type { OrgStore } from "../../worlds/common/org-store.ts";
import { makeProber } from "../../worlds/common/prober.ts";
import { RequestLog } from "../../worlds/common/request-log.ts";
import { startTraffic } from "../../worlds/common/traffic.ts";
import type { Listening } from "../../worlds/common/listen.ts";

const prober = makeProber();
let flags: Flags;
let couch: CouchStore;
let sql: CouchStore;
let directory: string;
let api: Listening;

beforeEach(async () => {
  flags = flagsBefore;
  couch = new CouchStore(plant(20));
  sql = new CouchStore(plant(21));
  directory = mkdtempSync(join(tmpdir(), "common-api-"));
  const asSql = new Proxy(sql, {
    get: (target, name) => {
      if (name === "name") return "sql";
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  }) as unknown as OrgStore;
  api = await startApi({
    flags: async () => flags,
    couch,
    sql: asSql,
    log: new RequestLog(directory),
    keys: { [prober.client]: prober.publicKey },
  });
});

afterEach(async () => {
  await api.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(method: string, path: string, user?: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${api.port}${path}`, {
    method,
    ...(user ? { headers: { [userHeader]: user } } : {}),
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return {
    status: response.status,
    store: response.headers.get("x-served-by"),
    body: await response.json(),
  };
}

const writes = [
  ["PUT", `/organizations/${probeOrg}`],
  ["POST", "/organizations"],
  ["DELETE", `/organizations/${probeOrg}`],
  ["POST", `/organizations/${probeOrg}/users`],
  ["PUT", `/users/${probeUser}/association_requests/0`],
  ["DELETE", `/organizations/${probeOrg}/users/${probeUser}`],
  ["POST", `/organizations/${probeOrg}/association_requests`],
  ["PUT", `/organizations/${probeOrg}/association_requests/0`],
  ["DELETE", `/organizations/${probeOrg}/association_requests/0`],
] as const;
const reads = [
  `/organizations/${probeOrg}`,
  `/organizations/${probeOrg}/users`,
  `/organizations/${probeOrg}/association_requests`,
];

test("unsigned writes are refused by authentication while open and by the mode while closed; reads never change", async () => {
  for (const [method, path] of writes) expect((await ask(method, path)).status).toBe(401);
  flags = { ...flagsBefore, orgs_503_mode: "true" };
  for (const [method, path] of writes) expect((await ask(method, path)).status).toBe(503);
  for (const path of reads) expect((await ask("GET", path)).status).toBe(401);
  expect((await ask("GET", reads[0] ?? "", probeUser)).status).toBe(200);
  flags = { ...flagsBefore, orgs_503_mode: "ture" };
  for (const [method, path] of writes) expect((await ask(method, path)).status).toBe(401);
  expect(await ask("POST", "/nothing")).toMatchObject({ status: 404 });
  expect(couch.snapshot()).toEqual(plant(20));
});

test("each flag says for its own endpoints which store serves", async () => {
  flags = { ...flagsBefore, couchdb_associations: "false" };
  expect(await ask("GET", `/organizations/${probeOrg}`, probeUser)).toMatchObject({
    store: "couch",
  });
  expect(await ask("GET", `/organizations/${probeOrg}/users`, probeUser)).toMatchObject({
    store: "sql",
  });
  expect(
    await ask("GET", `/organizations/${probeOrg}/association_requests`, probeUser),
  ).toMatchObject({ store: "couch" });
  flags = { ...flagsBefore, couchdb_organizations: "false" };
  const made = { name: "acme", full_name: "Acme" };
  expect(await ask("POST", "/organizations", probeUser, made)).toMatchObject({
    status: 201,
    store: "sql",
  });
  expect(await ask("POST", "/organizations", probeUser, made)).toMatchObject({ status: 409 });
  expect(await couch.organization("acme")).toBeUndefined();
  expect(await sql.organization("acme")).toMatchObject({ fullName: "Acme" });
});

test("a signed request is taken for that of the user whose key made it, and of nobody else", async () => {
  const path = `/organizations/${probeOrg}`;
  const signed = async (who: typeof prober, method: string, body = "", at = new Date()) => {
    const key = createPrivateKey(who.privateKey);
    const what = { version: "1.1", method, path, body, client: prober.client, at } as const;
    const headers = signHeaders(what, key);
    const sent = body === "" ? {} : { body };
    const answer = await fetch(`http://127.0.0.1:${api.port}${path}`, { method, headers, ...sent });
    return answer.status;
  };
  expect(await signed(prober, "GET")).toBe(200);
  expect(await signed(prober, "PUT", '{"full_name":"signed"}')).toBe(200);
  expect((await couch.organization(probeOrg))?.fullName).toBe("signed");
  expect(await signed(makeProber(), "PUT", '{"full_name":"forged"}')).toBe(401);
  expect(await signed(prober, "PUT", '{"full_name":"late"}', new Date(0))).toBe(401);
  flags = { ...flagsBefore, orgs_503_mode: "true" };
  expect(await signed(prober, "PUT", '{"full_name":"closed"}')).toBe(503);
  expect(await signed(prober, "GET")).toBe(200);
  expect((await couch.organization(probeOrg))?.fullName).toBe("signed");
  const lines = readFileSync(join(directory, "requests.log.1"), "utf8").trim().split("\n");
  expect(lines.every((line) => line.includes(" user=prober;"))).toBe(true);
});

test("members and invites can be added, listed by both sides, and removed", async () => {
  await ask("POST", "/organizations", probeUser, { name: "acme", full_name: "Acme" });
  expect(
    (await ask("POST", "/organizations/acme/users", probeUser, { username: "user-1" })).status,
  ).toBe(201);
  expect(
    (await ask("POST", "/organizations/acme/association_requests", probeUser, { user: "user-2" }))
      .status,
  ).toBe(201);
  expect((await ask("GET", "/organizations/acme/users", probeUser)).body).toEqual(["user-1"]);
  expect((await ask("GET", "/users/user-1/organizations", probeUser)).body).toContain("acme");
  const [invite] = (await ask("GET", "/organizations/acme/association_requests", probeUser))
    .body as { id: string }[];
  expect(
    (await ask("DELETE", `/organizations/acme/association_requests/${invite?.id}`, probeUser))
      .status,
  ).toBe(200);
  expect((await ask("DELETE", "/organizations/acme/users/user-1", probeUser)).status).toBe(200);
  expect((await ask("DELETE", "/organizations/acme/users/user-1", probeUser)).status).toBe(404);
  expect(
    (await ask("POST", "/organizations/acme/users", probeUser, { username: "nobody" })).status,
  ).toBe(404);
});

test("a request's line says what was asked, how it ended and which flags held", async () => {
  flags = { ...flagsBefore, orgs_503_mode: "true", couchdb_organizations: "false" };
  await ask("GET", `/organizations/${probeOrg}/users`, probeUser);
  await ask("DELETE", `/organizations/${probeOrg}`);
  const [first, second] = readFileSync(join(directory, "requests.log.1"), "utf8").split("\n");
  expect(first).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ erchef@127\.0\.0\.1 method=GET; path=\/organizations\/pivotal-probe\/users; status=200; req_id=\S+; org_name=pivotal-probe; couchdb_groups=false; couchdb_organizations=false; couchdb_containers=false; couchdb_acls=false; 503_mode=true; couchdb_associations=true; couchdb_association_requests=true; req_time=\d+; rdbms_time=1; rdbms_count=3; user=pivotal; req_api_version=0;$/,
  );
  expect(second).toMatch(/method=DELETE; path=\/organizations\/pivotal-probe; status=503;/);
});

test("a full log goes on in the next file and comes back to the first", () => {
  const log = new RequestLog(directory, { maxBytes: 1_000, files: 3 });
  const request = {
    method: "GET",
    path: "/organizations",
    status: 200,
    milliseconds: 1,
    flags: flagsBefore,
  };
  for (let index = 0; index < 4; index += 1) log.write(request);
  expect(readdirSync(directory).toSorted()).toEqual(["requests.log.1", "requests.log.2"]);
  for (let index = 0; index < 3; index += 1) log.write({ ...request, path: "/organizations/acme" });
  expect(readdirSync(directory)).toHaveLength(3);
  expect(readFileSync(join(directory, "requests.log.1"), "utf8")).toContain(
    "path=/organizations/acme;",
  );
});

test(
  "traffic leaves couch as it was planted, is closed out by the mode, and creates once SQL serves",
  { timeout: 20_000 },
  async () => {
    const traffic = startTraffic({
      urls: [`http://127.0.0.1:${api.port}`],
      everyMilliseconds: 1,
      mostCreated: 3,
    });
    const seen = (status: number) => traffic.answered.get(status) ?? 0;
    const size = () => {
      const { orgs, associations, invites, groups } = couch.snapshot();
      return [orgs, associations, invites, groups].map((items) => items.length);
    };
    const before = size();
    await expect.poll(() => seen(409), { timeout: 10_000 }).toBeGreaterThan(3);
    flags = { ...flagsBefore, orgs_503_mode: "true" };
    await expect.poll(() => seen(503), { timeout: 10_000 }).toBeGreaterThan(3);
    flags = {
      orgs_503_mode: "false",
      couchdb_organizations: "false",
      couchdb_associations: "false",
      couchdb_association_requests: "false",
    };
    await expect.poll(() => traffic.created.length, { timeout: 10_000 }).toBe(3);
    await traffic.stop();
    expect(size()).toEqual(before);
    expect(await sql.members("late-3")).toEqual([probeUser]);
    expect(await sql.invites("late-3")).toHaveLength(1);
    const after = [...traffic.answered.values()].reduce((sum, count) => sum + count, 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...traffic.answered.values()].reduce((sum, count) => sum + count, 0)).toBe(after);
    expect(seen(0)).toBe(0);
  },
);
