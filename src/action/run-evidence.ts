import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { errorText } from "../config/error-text.ts";
import { hashOf, writeEvidence, type Evidence } from "../evidence/evidence.ts";
import { makeEvidence } from "../evidence/make-evidence.ts";
import { describeStatus, statusContext } from "../evidence/names.ts";
import { readJournals, type JournalsRead } from "../evidence/read-journals.ts";
import type { EvidenceSource } from "../evidence/source.ts";
import type { Prepared } from "../execute/prepare.ts";
import { RefusedError } from "../execute/request.ts";
import { githubClient, type GithubClient } from "../github/client.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import { githubEvidence } from "./evidence-source.ts";
import { apiOf } from "./github-witness.ts";
import type { ActionInputs } from "./read-inputs.ts";
import { rollbackFiles } from "./rollback-workflow.ts";
import { readRunContext, type RunContext } from "./run-context.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The workflows' last job, which runs also when a job before it was lost; it is not over while it looks. */
const ownJob = "Evidence";

/** Writes what the run proved: evidence.json, and a commit status that speaks of exactly this file. */
export async function writeRunEvidence(
  inputs: ActionInputs,
  { plan }: Prepared,
  env: Environment,
  folder: string,
): Promise<Evidence> {
  const run = readRunContext(env);
  if (run === undefined || inputs.githubToken === undefined)
    throw new RefusedError(
      "evidence is written by a job of a GitHub workflow, and this is none, or it has no github-token",
      "see the job `evidence` of .github/workflows/org-migration.yml",
    );
  const client = githubClient({ ...apiOf(run, env), token: inputs.githubToken });
  const evidence = await collect(inputs.environment, plan, run, client);
  const file = writeEvidence(evidence);
  await writeFile(join(folder, "evidence.json"), file);
  await client.createStatus(run.sha, {
    state: evidence.proven ? "success" : "failure",
    context: statusContext(plan.runbook, inputs.environment, evidence.of),
    description: describeStatus(evidence, hashOf(file)),
    targetUrl: run.runUrl,
  });
  return evidence;
}

async function collect(
  environment: string,
  plan: Plan,
  run: RunContext,
  client: GithubClient,
): Promise<Evidence> {
  const source = githubEvidence(client, run.sha);
  const [jobProblems, journals, approvals] = await Promise.all([
    jobsOf(run, source),
    journalsOf(environment, run, source),
    client.approvals(run.runId),
  ]);
  const rollback = rollbackOf(plan, run);
  const of = rollback === undefined ? "chain" : "rollback";
  const phases = rollback === undefined ? chainOf(plan) : [rollback];
  return makeEvidence({
    of,
    run: {
      id: run.runId,
      attempt: run.runAttempt,
      url: run.runUrl,
      sha: run.sha,
      by: run.actor,
      dispatcher: run.dispatcher,
    },
    runbook: plan.runbook,
    environment,
    phases: phases.map(({ id }) => id),
    acts: phases.flatMap(actsOf),
    runbookDigest: plan.runbookDigest,
    planDigest: plan.digest,
    approvals: approvals.map(
      ({ state, user, environments }) => `${user}: ${state} (${environments.join(", ")})`,
    ),
    jobProblems: [...jobProblems, ...journals.problems],
    events: journals.events,
    journalHead: journals.head,
    now: new Date(),
  });
}

/** Kinds of steps that change something; a console that is merely started is not what was to be shown. */
const acting = new Set(["run", "eval", "databag", "exercise"]);

/**
 * What a phase has to do to prove anything. What is not required, or only leads to a later step, may be needless.
 */
function actsOf({ id, steps }: PlannedPhase): readonly string[] {
  return steps
    .filter(({ kind, required, until }) => acting.has(kind) && required && until === undefined)
    .map((step) => `${id}/${step.id}`);
}

/** The workflows are told apart by their files: a run that was lost at once has left nothing else. */
function rollbackOf(plan: Plan, { workflowFile }: RunContext): PlannedPhase | undefined {
  const rollback = plan.phases.find(({ dispatched }) => dispatched === "rollback");
  if (rollback === undefined) return undefined;
  return rollbackFiles(plan.runbook, rollback.id).includes(workflowFile) ? rollback : undefined;
}

async function jobsOf({ runId }: RunContext, source: EvidenceSource): Promise<string[]> {
  const jobs = await source.jobs(runId);
  return jobs
    .filter(({ name, conclusion }) => name !== ownJob && conclusion !== "success")
    .map(({ name, status, conclusion }) => `job "${name}" ended ${conclusion ?? status}`);
}

async function journalsOf(
  environment: string,
  { runId }: RunContext,
  source: EvidenceSource,
): Promise<JournalsRead> {
  const artifacts = await source.artifacts(runId);
  const wanted = artifacts.filter(
    ({ name, expired }) => !expired && !/^(plan|evidence)-/.test(name),
  );
  const archives = [];
  const lost: string[] = [];
  for (const { name, download } of wanted) {
    try {
      archives.push({ name, zip: await download() });
    } catch (error) {
      lost.push(`artifact ${name} cannot be had: ${errorText(error)}`);
    }
  }
  const read = readJournals(archives, environment);
  return { ...read, problems: [...lost, ...read.problems] };
}
