import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { parse } from "yaml";

import { repository, token, type LocalGithub } from "./start-github.ts";
import { headSha, type Conclusion } from "./state.ts";

/** What GitHub has to know of a job. */
export interface DispatchedJob {
  readonly phase: string;
  readonly environment: string;
  readonly runId: string;
  readonly runAttempt: number;
  /** The dispatched phase whose workflow a last job belongs to; without it the chain's. */
  readonly of?: string | undefined;
}

/** A job that GitHub knows, until it is told how it ended. */
export interface JobOnGithub {
  /** What the runner gives the job beside what every runner gives. */
  readonly env: Readonly<Record<string, string>>;
  /** Uploads what the job left, as the workflows do, and says how it ended. */
  end(status: number, files: Readonly<Record<string, Uint8Array>>): void;
}

interface Workflow {
  readonly name: string;
  readonly "run-name": string;
  readonly jobs: Readonly<
    Record<string, { readonly name?: string; readonly environment?: string } | undefined>
  >;
}

const workflows = join(import.meta.dirname, "../../.github/workflows");
const ownWorkflow = new Set(["rollback", "reset", "resolve"]);
const ref = "refs/heads/main";

/** Registers a job with its run, approved where its workflow names an environment, as a dispatch does. */
export function beginJob({ state, apiUrl }: LocalGithub, job: DispatchedJob): JobOnGithub {
  const own = job.of ?? job.phase;
  const workflowFile = ownWorkflow.has(own) ? `${own}.yml` : "org-migration.yml";
  const workflow = parse(readFileSync(join(workflows, workflowFile), "utf8")) as Workflow;
  const { name = job.phase, environment } = workflow.jobs[job.phase] ?? {};
  const { environment: acted, runAttempt } = job;
  const id = Number(job.runId);
  const title = workflow["run-name"].replace("${{ inputs.environment }}", acted);
  state.startRun({ id, workflowFile, workflowName: workflow.name, title }, runAttempt);
  const reviewer = state.environments.get(acted)?.reviewers[0];
  if (environment !== undefined && reviewer !== undefined)
    state.approve(id, {
      state: "approved",
      user: reviewer,
      environment: acted,
      comment: job.phase,
    });
  const started = state.startJob(id, name, runAttempt);
  return {
    env: {
      GITHUB_API_URL: apiUrl,
      GITHUB_REPOSITORY: repository,
      GITHUB_SHA: headSha,
      GITHUB_REF: ref,
      GITHUB_EVENT_NAME: "workflow_dispatch",
      GITHUB_WORKFLOW: workflow.name,
      GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/${workflowFile}@${ref}`,
      "INPUT_GITHUB-TOKEN": token,
    },
    end: (status, files) => {
      const artifact = `${job.phase}-${acted}-${runAttempt}`;
      if (Object.keys(files).length > 0) state.upload(id, artifact, zipSync(files));
      state.endJob(started, conclusionOf(status));
    },
  };
}

function conclusionOf(status: number): Conclusion {
  if (status === 0) return "success";
  return status === 130 ? "cancelled" : "failure";
}
