import { describe, expect, onTestFinished, test } from "vitest";

import { githubWitness } from "../../src/action/github-witness.ts";
import type { Actor, Observation } from "../../src/journal/event.ts";
import {
  repository,
  startGithub,
  token,
  type LocalGithub,
  type Trouble,
} from "../../worlds/github/start-github.ts";
import { type EnvironmentRules, unprotected, wellProtected } from "../../worlds/github/state.ts";
import { ada, type Bench, bob, type Ran, startBench } from "../support/bench.ts";
import { bodies } from "../support/events.ts";

const chain = {
  hosts: ["one"],
  journalHost: "one",
  inventory: "protected: true",
  steps: `- id: act
  on: one
  run: echo act >> ran; touch made
  check: if [ -e made ]; then echo done; else echo not-done; fi`,
  phases: `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: undo, on: one, run: rm -f made, check: "if [ -e made ]; then echo not-done; else echo done; fi" }]`,
};

/** A protected environment, a GitHub that says so, and jobs that can ask it. */
async function protectedBench(rules: EnvironmentRules | undefined = wellProtected) {
  const bench = await startBench(chain);
  const github = await startGithub();
  onTestFinished(() => github.stop());
  if (rules !== undefined) github.state.environments.set("test", rules);
  for (const { run } of [ada, bob])
    github.state.startRun({
      id: Number(run),
      workflowFile: "w.yml",
      workflowName: "W",
      title: "W",
    });
  const run = (phase: string, actor: Actor = ada, given = token) =>
    bench.run(phase, { actor, reason: "test", witness: witnessOf(github, actor, given) });
  return { bench, github, run };
}

function witnessOf(github: LocalGithub, { run, runAttempt }: Actor, given: string) {
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_RUN_ID: run,
    GITHUB_RUN_ATTEMPT: String(runAttempt),
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: github.apiUrl,
  };
  return githubWitness(given === "" ? undefined : given, env, new AbortController().signal);
}

function observed<Kind extends Observation["kind"]>(ran: Ran, kind: Kind) {
  return bodies(ran.own, "observed")
    .map(({ observation }) => observation)
    .filter((one): one is Extract<Observation, { kind: Kind }> => one.kind === kind);
}

/** A host that takes no connection shows that nobody tried to reach it: that would be what is said. */
async function refusedUntouched(bench: Bench, run: () => Promise<Ran>): Promise<Ran> {
  await bench.stop("one");
  const ran = await run();
  expect(ran).toMatchObject({ outcome: "refused", own: [], events: [] });
  expect(ran.sentence).toContain("No host was touched");
  expect(bench.journalText()).toBe("");
  return ran;
}

describe("a protected environment", () => {
  test("is journaled with who may review it, and the chain goes on without asking again", async () => {
    const { bench, github, run } = await protectedBench();
    const opened = await run("prepare");
    expect(opened.outcome).toBe("succeeded");
    expect(observed(opened, "protection")).toMatchObject([
      { environment: "test", reviewers: ["ada", "bob"], branches: ["main"] },
    ]);
    await github.stop();
    for (const phase of ["work", "finish"]) {
      const ran = await run(phase);
      expect(ran.outcome).toBe("succeeded");
      expect(observed(ran, "note").map(({ text }) => text)).toEqual(
        expect.arrayContaining([expect.stringMatching(/who approved this run is not known/)]),
      );
    }
    expect(bench.read("one", "ran")).toBe("act\n");
  });

  const lacking: [string, EnvironmentRules | undefined, RegExp, RegExp][] = [
    ["is not there", undefined, /knows no environment test/, /spelled/],
    ["was made by GitHub", unprotected, /without any rule/, /spelled.*required reviewers/],
    ["has no reviewers", { ...wellProtected, reviewers: [] }, /no required reviewers/, /reviewers/],
    [
      "lets people approve their own runs",
      { ...wellProtected, preventSelfReview: false },
      /whoever dispatches a run may approve it/,
      /Prevent self-review/,
    ],
    [
      "lets administrators bypass",
      { ...wellProtected, adminsMayBypass: true },
      /administrators may bypass/,
      /untick Allow administrators/,
    ],
    [
      "takes any branch",
      { ...wellProtected, branches: "any" },
      /every branch may deploy/,
      /branch/,
    ],
    ["takes all by a pattern", { ...wellProtected, branches: ["*"] }, /rule \* lets all/, /branch/],
  ];
  test.each(lacking)("that %s is refused, and nothing is touched", async (_, rules, says, mend) => {
    const { bench, github, run } = await protectedBench();
    if (rules === undefined) github.state.environments.clear();
    else github.state.environments.set("test", rules);
    const ran = await refusedUntouched(bench, () => run("prepare"));
    expect(ran.sentence).toMatch(says);
    expect(ran.next).toMatch(mend);
    expect(ran.next).toContain("docs/github-setup.md");
  });

  test("with protected branches wants that there are some", async () => {
    const { bench, github, run } = await protectedBench({
      ...wellProtected,
      branches: "protected",
    });
    github.state.protectedBranches.length = 0;
    const ran = await refusedUntouched(bench, () => run("prepare"));
    expect(ran.sentence).toMatch(/none is protected, which lets all/);
    github.state.protectedBranches.push("main");
    await bench.start("one");
    expect(observed(await run("prepare"), "protection")).toMatchObject([
      { branches: ["protected branches (main)"] },
    ]);
  });

  const silent: [string, Trouble, RegExp, RegExp][] = [
    ["401", { status: 401 }, /: 401/, /github-token/],
    ["403", { status: 403 }, /: 403/, /permissions: actions: read/],
    ["429", { status: 429, headers: { "retry-after": "999" } }, /: 429/, /999 s/],
    ["500", { status: 500 }, /: 500/, /re-run/],
    ["a page", { text: "<html>" }, /no JSON/, /GITHUB_API_URL/],
    ["nothing", "cut", /no answer/, /re-run/],
  ];
  test.each(silent)(
    "is never taken for protected when GitHub answers %s",
    async (_, trouble, says, next) => {
      const { bench, github, run } = await protectedBench();
      github.trouble(/environments/, trouble);
      const ran = await refusedUntouched(bench, () => run("prepare"));
      expect(ran.sentence).toMatch(says);
      expect(ran.next).toMatch(next);
    },
  );

  test("does not open to a job without a token, nor to no job at all", async () => {
    const { bench, run } = await protectedBench();
    const ran = await refusedUntouched(bench, () => bench.run("prepare", { witness: undefined }));
    expect(ran.sentence).toMatch(/no job of a GitHub workflow/);
    await bench.start("one");
    const without = await refusedUntouched(bench, () => run("prepare", ada, ""));
    expect(without.sentence).toMatch(/github-token is empty/);
  });
});

describe("the record of a protected round", () => {
  test("lets a re-run of its own run begin anew without GitHub, and no other run", async () => {
    const { github, run } = await protectedBench();
    expect((await run("prepare")).outcome).toBe("succeeded");
    expect((await run("work")).outcome).toBe("succeeded");
    await github.stop();
    const again = await run("prepare", { ...ada, runAttempt: 2 });
    expect(again.outcome).toMatch(/succeeded|already-done/);
    expect(observed(again, "note").map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/the round's own record stands/)]),
    );
    const other = await run("prepare", { ...bob, runAttempt: 2 });
    expect(other).toMatchObject({ outcome: "refused", own: [] });
  });

  test("is wanted by every phase: a round from before the protection is not gone on with", async () => {
    const { bench, run } = await protectedBench();
    bench.change({ inventory: "protected: false" });
    expect((await run("prepare")).outcome).toBe("succeeded");
    bench.change({ inventory: "protected: true" });
    const ran = await run("work");
    expect(ran).toMatchObject({ outcome: "refused", own: [] });
    expect(ran.sentence).toMatch(/no record that GitHub protects it/);
    expect(bench.read("one", "ran")).toBe("");
    expect((await run("back")).outcome).toMatch(/succeeded|already-done/);
  });

  test("is nothing to a way back: it asks nobody", async () => {
    const { github, run } = await protectedBench();
    await run("prepare");
    await run("work");
    github.state.environments.clear();
    github.trouble(/./, { status: 403 });
    github.came.length = 0;
    expect((await run("back")).outcome).toBe("succeeded");
    expect(github.came.map(({ line }) => line)).toEqual([`GET /actions/runs/${ada.run}/approvals`]);
  });
});

describe("approvals", () => {
  test("are journaled as GitHub lists them when a phase begins", async () => {
    const { github, run } = await protectedBench();
    const given = { state: "approved", user: "bob", environment: "test", comment: "go" } as const;
    github.state.approve(Number(ada.run), given);
    const ran = await run("prepare");
    expect(observed(ran, "approvals")).toEqual([
      {
        kind: "approvals",
        approvals: [{ state: "approved", user: "bob", environments: ["test"], comment: "go" }],
      },
    ]);
  });
});
