import { describe, expect, test } from "vitest";

import { Engine } from "../support/engine.ts";
import { startBench } from "../support/bench.ts";
import { bodies } from "../support/events.ts";
import { startOrgApi, prober, stranger, type OrgApi, type Trouble } from "../support/org-api.ts";

const declarations = `secrets: { prober_key: { optional: true } }
signers: { prober: { client: prober, key: prober_key, version: "1.1" } }`;

const stepsAt = (url: string, on = "one"): string => `- id: act
  on: ${on}
  url: ${url}
  signed: prober
  throw-away: "/organizations/x-\${round}"
  exercise:
    - { method: POST, path: /organizations, endpoint: orgs, body: { name: "x-\${round}", full_name: "Of \${round}" }, expect: 201 }
    - { method: POST, path: "/organizations/x-\${round}/association_requests", endpoint: invites, body: { user: user-2 }, expect: 201, capture: { invite: { at: /uri, match: "[^/]+$" } } }
    - { method: DELETE, path: "/organizations/x-\${round}/association_requests/{invite}", endpoint: invites, expect: 200 }
    - { method: POST, path: "/organizations/x-\${round}/users", endpoint: users, body: { username: user-2 }, expect: 201 }
    - { method: DELETE, path: "/organizations/x-\${round}/users/user-2", endpoint: users, expect: 200 }
  finally:
    - { method: DELETE, path: "/organizations/x-\${round}", endpoint: orgs, expect: 200 }
`;

interface Changed {
  readonly on?: string;
  readonly extra?: string;
  readonly isProtected?: boolean;
  readonly steps?: (steps: string) => string;
}

const protection = {
  environment: "test",
  url: "https://github.example",
  reviewers: ["sam"],
  branches: ["main"],
};

async function stage({ on, extra = "", isProtected = false, steps = String }: Changed = {}) {
  const api = await startOrgApi();
  const engine = new Engine({
    hosts: ["one", "two"],
    steps: steps(stepsAt(api.url, on)) + extra,
    declarations,
    inventory: `protected: ${isProtected}`,
  });
  const witnessed = [{ kind: "protection" as const, ...protection }];
  expect((await engine.run("prepare", { witnessed })).outcome).toBe("succeeded");
  const secrets: Record<string, string> = { prober_key: prober.privateKey };
  const run = (changed: Parameters<Engine["run"]>[1] = {}) =>
    engine.run("work", {
      now: () => new Date(),
      secret: (name) => secrets[name],
      secretValues: Object.values(secrets),
      ...changed,
    });
  return { api, engine, run, secrets, name: `x-${engine.round}` };
}

const posts = ({ came }: OrgApi): readonly string[] =>
  came.filter((line) => line === "POST /organizations");

const orgs = async ({ store }: OrgApi): Promise<number> => (await store.organizations()).length;

/** Troubles the first request that matches, and no other. */
function once(api: OrgApi, pattern: RegExp, trouble: Trouble | (() => void)): void {
  let done = false;
  api.trouble = (line) => {
    if (done || !pattern.test(line)) return undefined;
    done = true;
    if (typeof trouble !== "function") return trouble;
    trouble();
    return undefined;
  };
}

describe("an exercise", () => {
  test("writes, throws away what it wrote, and is not done twice", async () => {
    const { api, engine, run, name } = await stage();
    const before = await orgs(api);
    const end = await run();
    expect(end.outcome, end.sentence).toBe("succeeded");
    expect(api.came.slice(0, 3)).toEqual([
      `GET /organizations/${name}`,
      `GET /organizations/${name}`,
      "POST /organizations",
    ]);
    // What the invitation's answer gave stands in the path of its removal.
    expect(api.came).toContainEqual(expect.stringMatching(/requests\/[0-9a-f]{32}$/));
    expect(await orgs(api)).toBe(before);
    expect(await api.store.invitesOf("user-2")).not.toContainEqual(
      expect.objectContaining({ organization: name }),
    );
    expect((await run()).outcome).toBe("already-done");
    expect(posts(api)).toHaveLength(1);
    const kept = engine.project.journalText();
    expect(kept).not.toContain(prober.privateKey.split("\n")[1]);
    // The answer to a new organization brings the key of its validator along.
    expect(kept).not.toContain("VALIDATORKEY");
    expect([...end.said, end.sentence].join("\n")).not.toContain("VALIDATORKEY");
  });

  test("is performed on one host after the other", async () => {
    const { api, run } = await stage({ on: "[one, two]" });
    const end = await run();
    expect(end.outcome).toBe("succeeded");
    expect(posts(api)).toHaveLength(2);
    const hosts = bodies(end.events, "observed").flatMap(({ observation }) =>
      observation.kind === "probes" ? observation.answers.map(({ host }) => host) : [],
    );
    expect(new Set(hosts)).toEqual(new Set(["one", "two"]));
  });

  test.each([
    ["a creation that is refused", /^POST \/organizations$/],
    ["an invitation that fails", /^POST .*association_requests$/],
    ["a removal that fails", /^DELETE .*users\/user-2$/],
  ])("%s fails it, and nothing stays behind", async (_, pattern) => {
    const { api, run, name } = await stage();
    const before = await orgs(api);
    once(api, pattern, 500);
    const end = await run();
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(/answers 500, wanted 20[01]; nothing is left of /);
    expect(await orgs(api)).toBe(before);
    expect(api.came.at(-2)).toBe(`DELETE /organizations/${name}`);
    expect((await run()).outcome).toBe("succeeded");
  });

  test.each(["cut", "cut-after"] as const)(
    "a creation whose answer is lost (%s) is unknown, what it made is removed, and another attempt goes through",
    async (trouble) => {
      const { api, run } = await stage();
      const before = await orgs(api);
      once(api, /^POST \/organizations$/, trouble);
      const end = await run();
      expect(end.outcome).toBe("unknown");
      expect(end.sentence).toMatch(/answers nothing \(.*\); nothing is left of /);
      expect(await orgs(api)).toBe(before);
      expect((await run()).outcome).toBe("succeeded");
      expect(await orgs(api)).toBe(before);
    },
  );

  test("whether something is left is unknown where nothing answers any more", async () => {
    const { api, run, name } = await stage();
    let dead = false;
    api.trouble = (line) => {
      dead ||= line.endsWith("/users");
      return dead ? "cut" : undefined;
    };
    const end = await run();
    expect(end.outcome).toBe("unknown");
    expect(end.sentence).toContain(`whether /organizations/${name} is left is not known`);
    api.trouble = () => undefined;
    expect(await api.store.organization(name)).toBeDefined();
    expect((await run()).outcome).toBe("succeeded");
    expect(await api.store.organization(name)).toBeUndefined();
  });

  test("what an earlier attempt left is removed before anything else", async () => {
    const { api, run, name } = await stage();
    // Nothing can be removed: the organization stays.
    api.trouble = (line) => (line.startsWith("DELETE") ? 500 : undefined);
    const first = await run();
    expect(first.outcome).toBe("failed");
    expect(first.sentence).toContain(`/organizations/${name} is still there`);
    expect(first.next).toMatch(/run this phase again: it removes what is left/);
    const second = await run();
    expect(second.outcome).toBe("failed");
    expect(second.next).toMatch(/by hand \(DELETE .* answered 500\)/);
    expect(posts(api)).toHaveLength(1);
    api.trouble = () => undefined;
    expect((await run()).outcome).toBe("succeeded");
    expect(await api.store.organization(name)).toBeUndefined();
  });

  test("what is there already, and this round has not made, is left alone", async () => {
    const { api, run, name } = await stage();
    await api.store.createOrganization(name, "somebody's");
    const end = await run();
    expect(end).toMatchObject({ outcome: "refused" });
    expect(end.sentence).toMatch(/is there already, and this round has not made it/);
    expect(api.came.every((line) => line.startsWith("GET"))).toBe(true);
    expect(await api.store.organization(name)).toBeDefined();
  });

  test("an answer without what is to be captured fails it, and is not quoted", async () => {
    const { run } = await stage({ steps: (text) => text.replace("at: /uri", "at: /url") });
    const end = await run();
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(/its answer has no invite at \/url/);
    expect(end.sentence).toContain("nothing is left");
  });

  test.each([
    ["no key", "", /there is no key of prober, for whom signer prober signs/],
    ["a key that is none", "nonsense", /the key of Chef client prober cannot be read/],
  ])("with %s nothing is sent", async (_, key, says) => {
    const { api, run, secrets } = await stage();
    secrets["prober_key"] = key;
    const end = await run();
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(says);
    expect(api.came).toEqual([]);
  });

  test("with somebody else's key it is refused before it writes, and says whose key it is not", async () => {
    const { api, run, secrets } = await stage();
    secrets["prober_key"] = stranger.privateKey;
    const end = await run();
    expect(end.outcome).toBe("refused");
    expect(end.sentence).toMatch(
      /answers 401 \(the API does not take the signature for that of prober\)/,
    );
    expect(api.came.every((line) => line.startsWith("GET"))).toBe(true);
  });
});

describe("an exercise that is cancelled", () => {
  test("brings the request in flight to its end, and removes what it made", async () => {
    const api = await startOrgApi();
    const bench = await startBench({ hosts: ["one"], steps: stepsAt(api.url), declarations });
    await bench.through("prepare");
    const before = await orgs(api);
    const stop = new AbortController();
    once(api, /^POST .*users$/, () => stop.abort());
    const secrets = { prober_key: prober.privateKey };
    const ran = await bench.run("work", { signal: stop.signal, secrets });
    expect(ran.outcome).toBe("cancelled");
    expect(await orgs(api)).toBe(before);
    expect(posts(api)).toHaveLength(1);
    expect((await bench.run("work", { secrets })).outcome).toBe("succeeded");
    expect(await orgs(api)).toBe(before);
  });

  test("in the middle of a creation that is not answered, by another attempt that removes it", async () => {
    const api = await startOrgApi();
    const bench = await startBench({ hosts: ["one"], steps: stepsAt(api.url), declarations });
    await bench.through("prepare");
    const before = await orgs(api);
    const stop = new AbortController();
    api.trouble = (line) => {
      if (!line.endsWith("/users")) return undefined;
      stop.abort();
      // Nobody answers any more.
      api.trouble = () => "hang";
      return "hang";
    };
    const secrets = { prober_key: prober.privateKey };
    const ran = await bench.run("work", { signal: stop.signal, secrets });
    expect(ran.outcome).toBe("cancelled");
    expect(await orgs(api)).toBe(before + 1);
    api.trouble = () => undefined;
    expect((await bench.run("work", { secrets })).outcome).toBe("succeeded");
    expect(await orgs(api)).toBe(before);
  });
});

describe("what a step wants", () => {
  const when = (text: string): string => `  when: ${text}\n`;

  test.each([
    [
      "the environment not to be protected",
      "{ protected: false }",
      "only when the environment is not protected",
      true,
    ],
    [
      "a secret that is not given",
      "{ protected: false, secret: prober_key }",
      "only when secret prober_key is given",
      false,
    ],
  ])("%s: it is skipped, and the phase says so", async (_, condition, reason, isProtected) => {
    const { api, run, secrets } = await stage({ extra: when(condition), isProtected });
    if (!isProtected) secrets["prober_key"] = "";
    const end = await run();
    expect(end.outcome).toBe("succeeded");
    expect(bodies(end.events, "step-skipped")).toMatchObject([{ reason }]);
    expect(end.sentence).toBe(`work: done. Skipped: "Act" (${reason}).`);
    expect(api.came).toEqual([]);
  });

  test("is there: the step is done", async () => {
    const { run, api } = await stage({ extra: when("{ protected: false, secret: prober_key }") });
    expect((await run()).outcome).toBe("succeeded");
    expect(posts(api)).toHaveLength(1);
  });
});
