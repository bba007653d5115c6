import { createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";

import { signHeaders } from "../../src/chef/sign.ts";
import type { LocalChef } from "../../worlds/chef/start-chef.ts";
import { clientKey, startChef } from "./local-chef.ts";

/* What the product never asks for, so that what it does ask for is asked of a server that is like the real one. */

async function post(chef: LocalChef, path: string, content: object): Promise<[number, string]> {
  const url = new URL(chef.url + path);
  const body = JSON.stringify(content);
  const asked = { version: "1.3", method: "POST", path: url.pathname, body } as const;
  const headers = signHeaders(
    { ...asked, client: "runner", at: new Date() },
    createPrivateKey(clientKey),
  );
  const answer = await fetch(url, { method: "POST", headers, body });
  return [answer.status, await answer.text()];
}

test("a new item is made once: 201, and then 409; in a bag that is not there 404", async () => {
  const chef = await startChef();
  chef.items.set("environments/prod", "{}");
  expect(await post(chef, "/data/environments", { id: "test" })).toEqual([201, '{"id":"test"}']);
  const [again, says] = await post(chef, "/data/environments", { id: "test", more: 1 });
  expect([again, says]).toEqual([409, expect.stringContaining("already exists")]);
  expect(chef.items.get("environments/test")).toBe('{"id":"test"}');
  expect((await post(chef, "/data/nowhere", { id: "test" }))[0]).toBe(404);
});

test("a run list of cookbooks that are not there is 412", async () => {
  const chef = await startChef();
  const path = "/environments/prod/cookbook_versions";
  const [status, says] = await post(chef, path, { run_list: ["recipe[mover::default]"] });
  expect([status, says]).toEqual([412, expect.stringContaining("no such cookbook mover")]);
  expect((await post(chef, path, { run_list: [] }))[0]).toBe(200);
});
