import { describe, expect, it } from "vitest";
import { outputFolder, readRunContext } from "../../src/action/run-context.ts";

const runner = {
  GITHUB_ACTIONS: "true",
  GITHUB_RUN_ID: "42",
  GITHUB_RUN_ATTEMPT: "3",
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "org/repo",
  GITHUB_ACTOR: "first",
  GITHUB_TRIGGERING_ACTOR: "second",
  GITHUB_WORKFLOW: "Org migration",
  GITHUB_JOB: "schema",
  GITHUB_SHA: "abc",
  GITHUB_REF: "refs/heads/main",
  GITHUB_WORKFLOW_REF: "org/repo/.github/workflows/org-migration.yml@refs/heads/main",
};

describe("readRunContext", () => {
  it("names the run, its attempt and who pressed the button", () => {
    expect(readRunContext(runner)).toEqual({
      runId: "42",
      runAttempt: 3,
      runUrl: "https://github.example/org/repo/actions/runs/42/attempts/3",
      actor: "second",
      dispatcher: "first",
      workflowFile: "org-migration.yml",
      workflow: "Org migration",
      job: "schema",
      sha: "abc",
      ref: "refs/heads/main",
      repository: "org/repo",
    });
  });

  it("is absent in a terminal", () => {
    expect(readRunContext({ HOME: "/root" })).toBeUndefined();
  });
});

describe("outputFolder", () => {
  it("lies where the workflows upload from", () => {
    expect(outputFolder({ RUNNER_TEMP: "/runner/temp" })).toBe("/runner/temp/runbook-phase");
  });
});
