import { describe, expect, test } from "vitest";

import { headSha, unprotected, wellProtected } from "../../worlds/github/state.ts";
import { githubForTest } from "./local-github.ts";

const chain = {
  workflowFile: "org-migration.yml",
  workflowName: "Org migration",
  title: "Org migration in pre-prod",
};

describe("what GitHub says", () => {
  test("an environment comes with what protects it", async () => {
    const { github, client } = await githubForTest();
    github.state.environments.set("prod", wellProtected);
    github.state.environments.set("a b/c", unprotected);
    expect(await client.environment("prod")).toMatchObject({
      name: "prod",
      reviewers: ["ada", "bob"],
      preventSelfReview: true,
      adminsMayBypass: false,
      branches: "named",
    });
    expect(await client.branchPolicies("prod")).toEqual([{ name: "main", type: "branch" }]);
    expect(await client.environment("a b/c")).toMatchObject({
      reviewers: [],
      preventSelfReview: false,
      adminsMayBypass: true,
      branches: "any",
    });
  });

  test("approvals are the run's, with who gave them and where", async () => {
    const { github, client } = await githubForTest();
    github.state.startRun({ id: 7, ...chain });
    const given = { state: "approved", user: "ada", environment: "prod", comment: "go" } as const;
    github.state.approve(7, given);
    expect(await client.approvals("7")).toEqual([
      { state: "approved", user: "ada", environments: ["prod"], comment: "go" },
    ]);
  });

  test("runs of a workflow are found by what is known of them, newest first", async () => {
    const { github, client } = await githubForTest();
    for (const id of [1, 2, 3]) github.state.startRun({ id, ...chain });
    github.state.startRun({ id: 4, ...chain, headSha: "f".repeat(40) });
    github.state.startRun({ id: 5, ...chain, workflowFile: "rollback.yml" });
    github.state.endJob(github.state.startJob(2, "Plan"), "success");
    const ids = async (filter: Parameters<typeof client.workflowRuns>[1], most?: number) =>
      (await client.workflowRuns("org-migration.yml", filter, most)).map(({ id }) => id);
    expect(await ids({})).toEqual([4, 3, 2, 1]);
    expect(await ids({}, 2)).toEqual([4, 3]);
    expect(await ids({ headSha })).toEqual([3, 2, 1]);
    expect(await ids({ headSha, status: "success", event: "workflow_dispatch" })).toEqual([2]);
    expect(await ids({ branch: "another" })).toEqual([]);
    expect(await client.run("2")).toMatchObject({
      workflowFile: ".github/workflows/org-migration.yml",
      displayTitle: "Org migration in pre-prod",
      status: "completed",
      conclusion: "success",
      attempt: 1,
    });
  });

  test("lists are read to their end, page by page", async () => {
    const { github, client } = await githubForTest();
    github.state.startRun({ id: 9, ...chain }, 2);
    for (let number = 1; number <= 230; number += 1)
      github.state.startJob(9, `job ${number}`, number <= 200 ? 1 : 2);
    const jobs = await client.jobs("9");
    expect(jobs.map(({ name }) => name)).toEqual(
      Array.from({ length: 230 }, (_, index) => `job ${index + 1}`),
    );
    expect(github.came.map(({ line }) => /page=\d+$/.exec(line)?.[0])).toEqual([
      "page=1",
      "page=2",
      "page=3",
    ]);
  });

  test("statuses are written once and read newest first, also beyond a page", async () => {
    const { client } = await githubForTest();
    const context = "runbook/org-migration/pre-prod";
    for (let number = 1; number <= 101; number += 1)
      await client.createStatus(headSha, { state: "pending", context, description: `${number}` });
    await client.createStatus(headSha, {
      state: "success",
      context,
      description: "x".repeat(300),
      targetUrl: "https://github.invalid/runs/1",
    });
    const statuses = await client.statuses(headSha);
    expect(statuses).toHaveLength(102);
    expect(statuses[0]).toMatchObject({
      state: "success",
      context,
      targetUrl: "https://github.invalid/runs/1",
      description: "x".repeat(140),
      creator: "github-actions[bot]",
    });
    expect(statuses.at(-1)).toMatchObject({ description: "1" });
  });
});

describe("an artifact", () => {
  test("is fetched from the store without the token, and is what was uploaded", async () => {
    const { github, client } = await githubForTest();
    github.state.upload(9, "evidence", Buffer.from("what was proved"));
    const [artifact] = await client.artifacts("9");
    if (artifact === undefined) throw new Error("there is no artifact");
    const { bytes, digest } = await client.download(artifact);
    expect(Buffer.from(bytes).toString()).toBe("what was proved");
    expect(digest).toBe(artifact.digest);
    const fromStore = github.came.find(({ line }) => line.includes("/store/"));
    expect(fromStore).toMatchObject({ authorization: undefined });
  });

  test("that is not what GitHub lists is none", async () => {
    const { github, client } = await githubForTest();
    github.state.upload(9, "evidence", Buffer.from("what was proved"));
    const [artifact] = await client.artifacts("9");
    if (artifact === undefined) throw new Error("there is no artifact");
    const other = { ...artifact, digest: `sha256:${"0".repeat(64)}` };
    await expect(client.download(other)).rejects.toMatchObject({ kind: "wrong-bytes" });
  });

  test("that has expired, or lies where nothing is, says so and not its address", async () => {
    const { github, client } = await githubForTest();
    const uploaded = github.state.upload(9, "evidence", Buffer.from("what was proved"));
    const [artifact] = await client.artifacts("9");
    if (artifact === undefined) throw new Error("there is no artifact");
    uploaded.expired = true;
    await expect(client.download(artifact)).rejects.toMatchObject({
      kind: "rejected",
      status: 410,
    });
    uploaded.expired = false;
    github.trouble(/\/store\//, { status: 403, json: {} });
    const failure = await client.download(artifact).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "forbidden" });
    expect(String(failure)).not.toMatch(/sig=|store/);
  });
});
