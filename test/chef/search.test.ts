import { describe, expect, test } from "vitest";

import { ChefError } from "../../src/chef/chef-error.ts";
import { signVersions } from "../../src/chef/sign.ts";
import type { LocalChef, Trouble } from "../../worlds/chef/start-chef.ts";
import { certificates, clientOf, startChef } from "./local-chef.ts";

const tls = certificates();
const question = { attributes: { address: ["fqdn"] }, rowsPerPage: 2 };
const query = "role:db AND chef_environment:prod";

/** A server with five databases in prod and others that no search here means. */
async function stage() {
  const chef = await startChef({ tls });
  for (const name of ["db3", "db1", "db2", "db5", "db4"]) add(chef, name);
  add(chef, "web1", { role: ["web"] });
  add(chef, "old", { chef_environment: "test" });
  const { client, waits } = clientOf(chef, { ca: tls.ca, plainHttp: false });
  const search = (q = query, asked: Parameters<typeof client.searchNodes>[1] = question) =>
    client.searchNodes(q, asked);
  return { chef, waits, search };
}

function add({ nodes }: LocalChef, name: string, more: object = {}): void {
  const own = { role: ["base", "db"], chef_environment: "prod", fqdn: `${name}.example.com` };
  nodes.set(name, { ...own, cloud: { public_ipv4: "192.0.2.1" }, ...more });
}

/** Does something just before the page that begins there is answered. */
function before(chef: LocalChef, start: number, act: (time: number) => void): void {
  let times = 0;
  chef.trouble = (line) => {
    if (line.includes(`&start=${start}&`)) act((times += 1));
    return undefined;
  };
}

async function failure(what: Promise<unknown>): Promise<ChefError> {
  const error = await what.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (!(error instanceof ChefError)) throw new Error(`no ChefError: ${String(error)}`);
  return error;
}

describe("a search of nodes", () => {
  test("is read page by page, with its query as it stands and nothing of it signed", async () => {
    const { chef, search } = await stage();
    const found = await search();
    expect(found.map(({ name }) => name)).toEqual(["db3", "db1", "db2", "db5", "db4"]);
    expect(found[0]).toEqual({ name: "db3", attributes: { address: "db3.example.com" } });
    const asked = (start: number): string =>
      `POST /search/node?q=${query}&sort=X_CHEF_id_CHEF_X asc&start=${start}&rows=2`;
    const once = [asked(0), asked(2), asked(4)];
    expect(chef.came).toEqual([...once, ...once]);
  });

  test.each(signVersions)("is signed in version %s", async (version) => {
    const { chef } = await stage();
    const { client } = clientOf(chef, { version, ca: tls.ca });
    expect(await client.searchNodes("name:db1", question)).toHaveLength(1);
  });

  test("gives nested attributes, and null for what a node has not", async () => {
    const { search } = await stage();
    const attributes = { address: ["cloud", "public_ipv4"], other: ["cloud", "none", "at_all"] };
    expect(await search("name:db1", { attributes })).toEqual([
      { name: "db1", attributes: { address: "192.0.2.1", other: null } },
    ]);
  });

  test("may find none, and asks for one page once", async () => {
    const { chef, search } = await stage();
    expect(await search("role:none")).toEqual([]);
    expect(await search(query, { ...question, rowsPerPage: 5 })).toHaveLength(5);
    expect(chef.came).toHaveLength(2);
    chef.nodes.delete("db4");
    expect(await search()).toHaveLength(4);
    expect(chef.came).toHaveLength(6);
  });

  test("is asked again when the server is not well, though it is a POST", async () => {
    const { chef, search, waits } = await stage();
    const troubles: (Trouble | undefined)[] = [{ status: 503 }, "cut"];
    chef.trouble = () => troubles.shift();
    expect(await search()).toHaveLength(5);
    expect(waits).toEqual([1, 3]);
  });
});

describe("pages that do not go together", () => {
  test("are read once more, and good then", async () => {
    const { chef, search } = await stage();
    before(chef, 2, (time) => (time === 1 ? chef.nodes.delete("db1") : undefined));
    expect((await search()).map(({ name }) => name)).toEqual(["db3", "db2", "db5", "db4"]);
  });

  test("are an error after a few times, with who came and who vanished", async () => {
    const { chef, search } = await stage();
    before(chef, 4, (time) => {
      chef.nodes.delete(["db3", "db1", "db2"][time - 1] ?? "");
    });
    for (const name of ["db6", "db7", "db8"]) add(chef, name);
    const { message, next } = await failure(search());
    expect(message).toMatch(
      /nodes that match "role:db AND chef_environment:prod": asked 3 times, the number of nodes went from 6 to 5 while they were read; only in the last reading: db6; only in the one before: db1, db7/,
    );
    expect(next).toMatch(/knife search node/);
  });

  test("miss nobody, though one took the place of another and the number is the same", async () => {
    const { chef, search } = await stage();
    before(chef, 2, (time) => {
      if (time !== 1) return;
      chef.nodes.delete("db3");
      add(chef, "db6");
    });
    // The first reading has no db2: it moved to a page that was read already.
    const found = (await search()).map(({ name }) => name);
    expect(found).toEqual(["db1", "db2", "db5", "db4", "db6"]);
    expect(chef.came).toHaveLength(9);
  });

  test("name what the client may not read, and what is only in the index", async () => {
    const { chef, search } = await stage();
    chef.hidden.add("db2");
    expect((await failure(search())).message).toMatch(/5 nodes match, and 4 of them came/);
    chef.hidden.clear();
    chef.nodes.set("gone", null);
    expect((await failure(search())).message).toMatch(
      /the server has nothing to say of gone, as of a node that vanished/,
    );
    expect(chef.came).toHaveLength(18);
  });
});

test("a node that comes twice is an error, and not two hosts", async () => {
  const { chef, search } = await stage();
  const row = { url: "https://chef.invalid/nodes/db1", data: { name: "db1", address: "a" } };
  const body = JSON.stringify({ total: 2, start: 0, rows: [row, row] });
  chef.trouble = () => ({ status: 200, body });
  expect((await failure(search())).message).toMatch(/asked 3 times, it found db1 twice/);
});

describe("what is no answer is named, and nothing was changed", () => {
  const cases: readonly (readonly [string, Exclude<Trouble, string>, RegExp, RegExp])[] = [
    [
      "an index that is not there",
      { status: 404, body: '{"error":["I don\'t know how to search for node data objects."]}' },
      /404, "I don't know how to search for node/,
      /whether the URL names the organization/,
    ],
    [
      "no right to search",
      { status: 403, body: '{"error":["missing read permission"]}' },
      /403, "missing read permission"/,
      /right to do that/,
    ],
    [
      "a proxy's page",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in" },
      /200 with no JSON \(text\/html, 13 characters\): <html>Sign in/,
      /such as a proxy/,
    ],
    [
      "JSON of something else",
      { status: 200, body: '{"total":"many"}' },
      /200 with JSON that is no answer of a search/,
      /such as a proxy/,
    ],
  ];

  test.each(cases)("%s", async (_, trouble, says, next) => {
    const { chef, search } = await stage();
    chef.trouble = () => trouble;
    const error = await failure(search());
    expect(error).toMatchObject({ kind: "not-done" });
    expect(error.message).toMatch(says);
    expect(error.message).toContain(JSON.stringify(query));
    expect(error.next).toMatch(next);
    expect(chef.came).toHaveLength(1);
  });

  test("a query that Solr refuses", async () => {
    const { search } = await stage();
    const error = await failure(search('role:"db AND'));
    expect(error.message).toMatch(/400, "invalid search query: 'role:"db AND'"/);
    expect(error.next).toMatch(/correct the query in the inventory/);
  });

  test("a certificate of an authority that nobody named", async () => {
    const { chef } = await stage();
    const { client } = clientOf(chef);
    const error = await failure(client.searchNodes(query, question));
    expect(error.next).toMatch(/no certificate is taken unseen/);
    expect(chef.came).toEqual([]);
  });

  test("another organization", async () => {
    const { chef } = await stage();
    const { client } = clientOf({ url: chef.url.replace("acme", "other") }, { ca: tls.ca });
    expect((await failure(client.searchNodes(query, question))).message).toMatch(/404/);
  });
});
