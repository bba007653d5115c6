import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";

import { ChefError } from "../../src/chef/chef-error.ts";
import { signVersions } from "../../src/chef/sign.ts";
import type { Trouble } from "../../worlds/chef/start-chef.ts";
import { certificates, clientOf, startChef } from "./local-chef.ts";

async function failure(what: Promise<unknown>): Promise<ChefError> {
  const error = await what.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (!(error instanceof ChefError)) throw new Error(`no ChefError: ${String(error)}`);
  return error;
}

const text = '{ "id": "pre-prod",  "n": 12345678901234567890, "2": 1, "1": 2 }';

describe("over HTTPS", () => {
  const tls = certificates();

  test.each(signVersions)("reads and writes in version %s, byte for byte", async (version) => {
    const chef = await startChef({ tls });
    chef.items.set("environments/pre-prod", text);
    const { client } = clientOf(chef, { version, ca: tls.ca, plainHttp: false });
    expect(await client.item("environments", "pre-prod")).toBe(text);
    await client.putItem("environments", "pre-prod", '{"id":"pre-prod"}');
    expect(chef.items.get("environments/pre-prod")).toBe('{"id":"pre-prod"}');
  });

  test("names with a slash or a space lead to their item and to no other", async () => {
    const chef = await startChef({ tls });
    chef.items.set("a b/c/../d", text);
    const { client } = clientOf(chef, { ca: tls.ca });
    expect(await client.item("a b", "c/../d")).toBe(text);
  });

  test.each([
    ["of an authority that nobody named", tls, undefined, /no certificate is taken unseen/],
    [
      "of another name",
      certificates("DNS:chef.invalid"),
      "own",
      /name that the server's certificate/,
    ],
  ])("a certificate %s is refused before anything is sent", async (_, own, ca, next) => {
    const chef = await startChef({ tls: own });
    chef.items.set("b/i", text);
    const { client } = clientOf(chef, { ca: ca === "own" ? own.ca : undefined });
    const error = await failure(client.putItem("b", "i", "{}"));
    expect(error).toMatchObject({ kind: "not-done" });
    expect(error.message).toMatch(/certificate|altnames/i);
    expect(error.next).toMatch(next);
    expect(chef.came).toEqual([]);
  });

  test("an authority that is none is named as that", () => {
    const make = (): unknown =>
      clientOf({ url: "https://chef.invalid/organizations/a" }, { ca: "rubbish" });
    expect(make).toThrow(/certificates of the Chef server's authority cannot be read/);
  });

  test("http is taken only where the way is safe without TLS", async () => {
    const chef = await startChef();
    expect(() => clientOf(chef, { plainHttp: false })).toThrow(/spoken to over https/);
  });
});

describe("what is refused is named, and was not done", () => {
  const cases: readonly (readonly [string, Exclude<Trouble, string>, RegExp, RegExp])[] = [
    [
      "403",
      { status: 403, body: '{"error":["missing update permission"]}' },
      /403, "missing update/,
      /right to do that/,
    ],
    [
      "a redirect",
      { status: 302, headers: { location: "https://other.invalid/x" } },
      /302 to https:\/\/other/,
      /redirects are not followed/,
    ],
    ["a proxy's 407", { status: 407, body: "<html>" }, /407, no JSON: <html>/, /proxy/],
    [
      "413",
      { status: 413, body: '{"error":"JSON must be no more than 1000000 bytes."}' },
      /413, "JSON must/,
      /see what the server says/,
    ],
  ];
  test.each(cases)("%s", async (_, trouble, says, next) => {
    const chef = await startChef();
    chef.items.set("b/i", text);
    chef.trouble = () => trouble;
    for (const ask of [
      clientOf(chef).client.item("b", "i"),
      clientOf(chef).client.putItem("b", "i", "{}"),
    ]) {
      const error = await failure(ask);
      expect(error).toMatchObject({ kind: "not-done", status: trouble.status });
      expect(error.message).toMatch(says);
      expect(error.next).toMatch(next);
    }
    expect(chef.items.get("b/i")).toBe(text);
  });

  test("an unknown item, and an organization that is not there", async () => {
    const chef = await startChef();
    const error = await failure(clientOf(chef).client.item("bag", "item"));
    expect(error.message).toMatch(/404, "Cannot load data bag item item for data bag bag"/);
    const elsewhere = { url: chef.url.replace("acme", "other") };
    expect((await failure(clientOf(elsewhere).client.item("b", "i"))).message).toMatch(/404/);
  });

  test("a client that the server does not know, and a key that is another's", async () => {
    const chef = await startChef();
    const unknown = await failure(clientOf(chef, { client: "stranger" }).client.item("b", "i"));
    expect(unknown.message).toMatch(/401, "Failed to authenticate as 'stranger'/);
    expect(unknown.next).toContain("client stranger");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect((await failure(clientOf(chef, { key }).client.item("b", "i"))).message).toMatch(
      /401, "bad signature"/,
    );
  });

  test.each([
    [20 * 60, "behind"],
    [-20 * 60, "ahead of"],
  ])("a clock that is off by %i s is named", async (aheadSeconds, word) => {
    const chef = await startChef({ now: () => new Date(Date.now() + aheadSeconds * 1000) });
    const error = await failure(clientOf(chef).client.item("b", "i"));
    expect(error.message).toMatch(
      new RegExp(`this runner's clock is 1[12]\\d\\d s ${word} the server's`),
    );
    expect(error.next).toContain("clock");
  });

  test.each([
    ["no key at all", "nonsense"],
    ["half a key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"],
    [
      "a key of another kind",
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ],
  ])("%s, and nothing of it stands in the error", (_, key) => {
    const make = (): unknown =>
      clientOf({ url: "https://chef.invalid/organizations/acme" }, { key });
    expect(make).toThrow(ChefError);
    expect(make).toThrow(/key of Chef client runner/);
    expect(make).not.toThrow(key.split("\n")[1] ?? key);
  });

  test.each([
    "nonsense",
    "https://user:pass@chef.invalid/organizations/a",
    "https://chef.invalid/?a=1",
    "ftp://chef.invalid",
  ])("the URL %s", (url) => {
    expect(() => clientOf({ url })).toThrow(ChefError);
    expect(() => clientOf({ url })).not.toThrow(/pass@/);
  });

  test("a page with a good status is no answer", async () => {
    const chef = await startChef();
    chef.items.set("b/i", text);
    const page = { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in" };
    chef.trouble = () => page;
    const error = await failure(clientOf(chef).client.item("b", "i"));
    expect(error.message).toMatch(/200 with no JSON \(text\/html, 13 characters\): <html>Sign in/);
    expect(await failure(clientOf(chef).client.putItem("b", "i", "{}"))).toMatchObject({
      kind: "unknown",
    });
  });
});

describe("a server that is not well", () => {
  test("is asked again where nothing changes by it, and no more than three times", async () => {
    const chef = await startChef();
    chef.items.set("b/i", text);
    const troubles: (Trouble | undefined)[] = [{ status: 503 }, "cut"];
    chef.trouble = () => troubles.shift();
    const { client, waits } = clientOf(chef);
    expect(await client.item("b", "i")).toBe(text);
    expect(waits).toEqual([1, 3]);
    chef.trouble = () => ({ status: 500 });
    expect((await failure(client.item("b", "i"))).message).toMatch(/: 500/);
    expect(chef.came).toHaveLength(6);
  });

  test.each([
    ["that breaks down", { status: 500 }],
    ["that cuts the line before it wrote", "cut"],
    ["that cuts the line after it wrote", "cut-after"],
  ] as const)("%s is sent a change once, and its end is unknown", async (_, trouble) => {
    const chef = await startChef();
    chef.items.set("b/i", text);
    chef.trouble = () => trouble;
    expect(await failure(clientOf(chef).client.putItem("b", "i", "{}"))).toMatchObject({
      kind: "unknown",
    });
    expect(chef.came).toEqual(["PUT /data/b/i"]);
  });

  test.each([201, 204, 303])(
    "that answers %i to a change is no refusal: its end is unknown",
    async (status) => {
      const chef = await startChef();
      chef.items.set("b/i", text);
      chef.trouble = () => ({ status });
      const error = await failure(clientOf(chef).client.putItem("b", "i", "{}"));
      expect(error).toMatchObject({ kind: "unknown", status });
      expect(error.next).toContain("reads the item before it writes");
    },
  );

  test("that answers with half an item gives nothing of it away", async () => {
    const chef = await startChef();
    chef.items.set("b/i", text);
    chef.trouble = () => ({ status: 200, body: '{"password": "hunter2"' });
    const { message } = await failure(clientOf(chef).client.item("b", "i"));
    expect(message).toMatch(/200 with no JSON \(no type, 22 characters\)$/);
  });

  test("that nobody reaches was sent nothing", async () => {
    const chef = await startChef();
    await chef.stop();
    const error = await failure(clientOf(chef).client.putItem("b", "i", "{}"));
    expect(error).toMatchObject({ kind: "not-done" });
    expect(error.next).toContain("`on`");
  });
});
