import { describe, expect, test } from "vitest";

import { GithubError, type GithubFailure } from "../../src/github/github-error.ts";
import { token, type Trouble } from "../../worlds/github/start-github.ts";
import { headSha, wellProtected } from "../../worlds/github/state.ts";
import { githubForTest } from "./local-github.ts";

interface Bad {
  readonly title: string;
  readonly trouble: Trouble;
  readonly kind: GithubFailure;
  readonly says: RegExp;
  readonly next: RegExp;
  readonly sent: number;
}

const forbidden = { message: "Resource not accessible by integration" };
const bad: readonly Bad[] = [
  {
    title: "401",
    trouble: { status: 401, json: { message: "Bad credentials" } },
    kind: "unauthorized",
    says: /GET \/repos\/rehearsal\/runbook-phase\/environments\/prod: 401, "Bad credentials"/,
    next: /github-token/,
    sent: 1,
  },
  {
    title: "403",
    trouble: { status: 403, json: forbidden },
    kind: "forbidden",
    says: /403, "Resource not accessible by integration"/,
    next: /permissions: actions: read/,
    sent: 1,
  },
  {
    title: "404",
    trouble: { status: 404, json: { message: "Not Found" } },
    kind: "not-found",
    says: /404, "Not Found"/,
    next: /whether it exists/,
    sent: 1,
  },
  {
    title: "429 that lasts longer than anyone waits here",
    trouble: { status: 429, headers: { "retry-after": "3600" } },
    kind: "rate-limited",
    says: /429/,
    next: /3600 s/,
    sent: 1,
  },
  {
    title: "403 that is a rate limit",
    trouble: {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999" },
    },
    kind: "rate-limited",
    says: /403/,
    next: /takes no more requests/,
    sent: 1,
  },
  {
    title: "500",
    trouble: { status: 500 },
    kind: "server-error",
    says: /500/,
    next: /githubstatus/,
    sent: 3,
  },
  {
    title: "502 with a page",
    trouble: { status: 502, headers: { "content-type": "text/html" } },
    kind: "server-error",
    says: /502/,
    next: /re-run/,
    sent: 3,
  },
  {
    title: "a page instead of JSON",
    trouble: { text: "<html>Sign in to the proxy</html>" },
    kind: "not-json",
    says: /no JSON/,
    next: /GITHUB_API_URL/,
    sent: 3,
  },
  {
    title: "another shape",
    trouble: { status: 200, json: { name: 7 } },
    kind: "wrong-shape",
    says: /name/,
    next: /proxy/,
    sent: 1,
  },
  {
    title: "a redirect, which is not followed",
    trouble: { status: 301, headers: { location: "http://127.0.0.1:9/elsewhere" } },
    kind: "redirected",
    says: /301/,
    next: /renamed or moved/,
    sent: 1,
  },
  {
    title: "a connection that is cut",
    trouble: "cut",
    kind: "unreachable",
    says: /no answer/,
    next: /way to the API/,
    sent: 3,
  },
];

describe("GitHub does not answer as it must", () => {
  test.each(bad)("$title", async ({ trouble, kind, says, next, sent }) => {
    const { github, client } = await githubForTest();
    github.state.environments.set("prod", wellProtected);
    github.trouble(/environments/, trouble);
    const failure = await client.environment("prod").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GithubError);
    expect(failure).toMatchObject({ kind, next: expect.stringMatching(next) as string });
    expect(String(failure)).toMatch(says);
    expect(JSON.stringify(failure) + String(failure)).not.toContain(token);
    expect(github.came).toHaveLength(sent);
  });

  test("never: each request has its time, and all of them together", async () => {
    const { github, client } = await githubForTest({ attemptSeconds: 0.5, totalSeconds: 60 });
    github.trouble(/environments/, "late");
    await expect(client.environment("prod")).rejects.toMatchObject({ kind: "late" });
    expect(github.came).toHaveLength(3);
    const once = { attemptSeconds: 60, totalSeconds: 2 };
    await expect(client.environment("prod", once)).rejects.toMatchObject({ kind: "late" });
    expect(github.came).toHaveLength(4);
  });

  test("not at all: nothing listens there", async () => {
    const { github, client } = await githubForTest();
    await github.stop();
    await expect(client.environment("prod")).rejects.toMatchObject({ kind: "unreachable" });
    await github.start();
    github.state.environments.set("prod", wellProtected);
    expect(await client.environment("prod")).toMatchObject({ name: "prod" });
  });

  test("for a while: what passes by itself is asked again", async () => {
    const { github, client } = await githubForTest();
    github.state.environments.set("prod", wellProtected);
    github.trouble(/environments/, { status: 503 }, 1);
    github.trouble(/environments/, { status: 429, headers: { "retry-after": "1" } }, 1);
    expect(await client.environment("prod")).toMatchObject({ name: "prod" });
    expect(github.came).toHaveLength(3);
  });

  test("when something is written: it is sent once, since it may have been obeyed", async () => {
    const { github, client } = await githubForTest();
    github.trouble(/^POST/, { status: 500 }, 1);
    const status = { state: "success", context: "runbook", description: "" } as const;
    await expect(client.createStatus(headSha, status)).rejects.toMatchObject({
      kind: "server-error",
    });
    expect(github.came).toHaveLength(1);
    github.trouble(/^POST/, { status: 403, json: forbidden }, 1);
    await expect(client.createStatus(headSha, status)).rejects.toMatchObject({
      kind: "forbidden",
      next: expect.stringContaining("statuses: write") as string,
    });
  });

  test("a token that GitHub does not know", async () => {
    const { client } = await githubForTest({ token: "ghs_of_another_house" });
    const failure = await client.environment("prod").catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "unauthorized" });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("another_house");
  });
});
