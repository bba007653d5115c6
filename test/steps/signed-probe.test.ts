import { describe, expect, test } from "vitest";

import type { SignVersion } from "../../src/chef/sign.ts";
import type { HttpRequest } from "../../src/steps/http.ts";
import { probe } from "../../src/steps/probe.ts";
import type { Log, Resources } from "../../src/steps/resources.ts";
import { watch, type WatchSpec } from "../../src/steps/watch.ts";
import { probeOrg } from "../../worlds/common/data.ts";
import { prober, stranger, startOrgApi, type OrgApi } from "../support/org-api.ts";
import { stage, type StageOptions } from "../support/step-context.ts";

const attempt = { number: 0, id: "", resume: {} };

const signers = (version: SignVersion = "1.3", client = prober.client): Resources["signers"] => ({
  prober: { name: "prober", client, key: "prober_key", version },
});

const read = ({ url }: OrgApi, path = `/organizations/${probeOrg}`): HttpRequest => ({
  host: "one",
  method: "GET",
  url,
  path,
  endpoint: "organizations",
  signed: "prober",
});

async function probing(api: OrgApi, options: StageOptions = {}, path?: string) {
  const made = stage({
    resources: { signers: signers() },
    secret: () => prober.privateKey,
    now: () => new Date(),
    ...options,
  });
  const requests = [{ ...read(api, path), expect: { statuses: [200] } }];
  const act = await probe.apply(
    { requests, steady: undefined, timeoutSeconds: 60 },
    made.context,
    attempt,
  );
  return { act, observed: made.observed };
}

describe("a signed probe", () => {
  test.each(["1.0", "1.1", "1.3"] as const)(
    "is taken by an API that verifies version %s",
    async (version) => {
      const api = await startOrgApi();
      const { act, observed } = await probing(api, { resources: { signers: signers(version) } });
      expect(act).toMatchObject({ outcome: "succeeded" });
      expect(observed).toMatchObject([{ answers: [{ status: 200, ok: true, signed: "prober" }] }]);
    },
  );

  test("with a query signs the path alone", async () => {
    const api = await startOrgApi();
    const path = `/organizations/${probeOrg}/users?verbose=1`;
    expect((await probing(api, {}, path)).act).toMatchObject({ outcome: "succeeded" });
  });

  test.each([
    [
      "no key",
      undefined,
      /there is no key of prober/,
      /add prober_key to the environment's secrets/,
    ],
    ["an empty key", "", /there is no key of prober/, /add prober_key/],
    [
      "half a key",
      prober.privateKey.slice(0, 200),
      /cannot be read; nothing was sent/,
      /as PEM, whole/,
    ],
  ])("with %s is refused before anything is sent", async (_, key, says, next) => {
    const api = await startOrgApi();
    const { act } = await probing(api, { secret: () => key });
    expect(act).toMatchObject({ outcome: "refused" });
    expect(act.detail).toMatch(says);
    expect(act.detail).not.toContain("PRIVATE KEY");
    expect(act.next).toMatch(next);
    expect(api.came).toEqual([]);
  });

  test("with somebody else's key says whose it should be", async () => {
    const api = await startOrgApi();
    const { act } = await probing(api, { secret: () => stranger.privateKey });
    expect(act).toMatchObject({ outcome: "not-met" });
    expect(act.detail).toMatch(
      /answers 401 \(the API does not take the signature for that of prober\), wanted 200/,
    );
    expect(act.next).toMatch(/whether secret prober_key is the key of prober/);
  });

  test.each([
    [-1200, "ahead of"],
    [1200, "behind"],
  ])("names a clock that is %i s off", async (seconds, word) => {
    const api = await startOrgApi();
    const theirs = new Date(Date.now() + seconds * 1000);
    api.date = theirs;
    // The API refuses the signature of another time as a real one does: by the signed timestamp.
    const ours = (): Date => new Date(Date.now() - seconds * 1000);
    const { act } = await probing(api, { now: ours });
    expect(act.detail).toMatch(
      new RegExp(`answers 401 \\(this runner's clock is \\d+ s ${word} the server's`),
    );
    expect(act.next).toBe("set the clock that is wrong");
  });

  test("is told in the plan with the client's name, and without any key", () => {
    const { context } = stage({ resources: { signers: signers() } });
    const requests = [{ ...read({ url: "" } as OrgApi), expect: { statuses: [200] } }];
    const spec = { requests, steady: undefined, timeoutSeconds: 1 };
    expect(probe.describe(spec, context.resources)).toEqual([
      `GET /organizations/${probeOrg}, signed by prober (client prober), must answer 200`,
    ]);
  });
});

describe("which store served signed requests, by the request log", () => {
  const entry =
    "method=(?<method>[A-Z]+); path=(?<path>[^;]*); status=(?<status>\\d{3});(?:(?=.* user=(?<user>[^;]*);)|)(?:(?=.* couchdb_organizations=(?<couchdb_organizations>[^;]*);)|)";

  async function watching(api: OrgApi, key: string, fields: string = entry) {
    const log: Log = {
      name: "requests",
      on: [{ host: "one", files: `${api.logs}/*` }],
      entry: fields,
    };
    const made = stage({
      resources: { signers: signers(), logs: { requests: log } },
      secret: () => key,
      now: () => new Date(),
      sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 100)),
    });
    const spec: WatchSpec = {
      log: "requests",
      ends: { forSeconds: 1 },
      where: { user: "prober" },
      limits: {
        atLeast: 1,
        atMost: undefined,
        none: undefined,
        all: { status: "200", couchdb_organizations: "false" },
      },
      sends: { everySeconds: 1, requests: [read(api)] },
    };
    return watch.apply(spec, made.context, attempt);
  }

  test("from SQL, as wanted", async () => {
    const api = await startOrgApi();
    api.flags = { ...api.flags, couchdb_organizations: "false" };
    expect(await watching(api, prober.privateKey)).toMatchObject({ outcome: "succeeded" });
  });

  test("still from couch: the first such line ends the watch, and says what it is", async () => {
    const api = await startOrgApi();
    const act = await watching(api, prober.privateKey);
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toContain(
      `one: GET /organizations/${probeOrg}: couchdb_organizations is true, wanted false`,
    );
  });

  test("nobody knows, where the log does not say it", async () => {
    const api = await startOrgApi();
    api.flags = { ...api.flags, couchdb_organizations: "false" };
    const act = await watching(
      api,
      prober.privateKey,
      entry.replace("couchdb_organizations=", "store="),
    );
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toContain("couchdb_organizations is not there, wanted false");
  });

  test("none, where nobody's signature is taken", async () => {
    const api = await startOrgApi();
    api.flags = { ...api.flags, couchdb_organizations: "false" };
    const act = await watching(api, stranger.privateKey);
    expect(act.outcome).toBe("not-met");
    expect(act.detail).toContain("status is 401, wanted 200");
    expect(await watching(api, "none")).toMatchObject({ outcome: "refused" });
  });
});
