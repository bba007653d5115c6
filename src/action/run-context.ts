import { tmpdir } from "node:os";
import { join } from "node:path";

/** Who and what runs us, when a GitHub workflow does. */
export interface RunContext {
  readonly runId: string;
  readonly runAttempt: number;
  readonly runUrl: string;
  /** Who pressed the button: for a re-run the person who re-ran it. */
  readonly actor: string;
  /** Who dispatched the run first. */
  readonly dispatcher: string;
  readonly workflow: string;
  /** The workflow's file: `org-migration.yml`; empty where the runner does not say. */
  readonly workflowFile: string;
  readonly job: string;
  readonly sha: string;
  readonly ref: string;
  readonly repository: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the run from the environment; absent in a terminal. */
export function readRunContext(env: Environment): RunContext | undefined {
  if (env["GITHUB_ACTIONS"] !== "true" || !env["GITHUB_RUN_ID"]) return undefined;
  const repository = env["GITHUB_REPOSITORY"] ?? "";
  const server = env["GITHUB_SERVER_URL"] || "https://github.com";
  const runAttempt = Number(env["GITHUB_RUN_ATTEMPT"] ?? "1");
  return {
    runId: env["GITHUB_RUN_ID"],
    runAttempt,
    runUrl: `${server}/${repository}/actions/runs/${env["GITHUB_RUN_ID"]}/attempts/${runAttempt}`,
    actor: env["GITHUB_TRIGGERING_ACTOR"] || env["GITHUB_ACTOR"] || "",
    dispatcher: env["GITHUB_ACTOR"] ?? "",
    workflow: env["GITHUB_WORKFLOW"] ?? "",
    workflowFile: /([^/@]+)@/.exec(env["GITHUB_WORKFLOW_REF"] ?? "")?.[1] ?? "",
    job: env["GITHUB_JOB"] ?? "",
    sha: env["GITHUB_SHA"] ?? "",
    ref: env["GITHUB_REF"] ?? "",
    repository,
  };
}

/** Where this job keeps its journal copy and summaries: the workflows upload this folder. */
export function outputFolder(env: Environment): string {
  return join(env["RUNNER_TEMP"] || tmpdir(), "runbook-phase");
}
