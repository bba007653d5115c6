import { errorText } from "../config/error-text.ts";
import type { EvidenceDemand } from "../evidence/judge-evidence.ts";
import { verifyEvidence } from "../evidence/verify-evidence.ts";
import type { Proof, Protection, Witness } from "../execute/witness.ts";
import { githubClient, type GithubClient } from "../github/client.ts";
import { GithubError } from "../github/github-error.ts";
import { seeProtection } from "../github/judge-protection.ts";
import type { Observation } from "../journal/event.ts";
import { githubEvidence } from "./evidence-source.ts";
import { rollbackFileIn } from "./rollback-workflow.ts";
import { readRunContext, type RunContext } from "./run-context.ts";

/** Nobody waits longer for what is only worth knowing. */
const approvalsLimits = { totalSeconds: 4, attemptSeconds: 3 };
const protectionLimits = { totalSeconds: 20, attemptSeconds: 6 };
const longestComment = 1000;

/** The engine's way to GitHub, where a workflow runs it; a terminal has none. */
export function githubWitness(
  token: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Witness | undefined {
  const run = readRunContext(env);
  if (run === undefined) return undefined;
  if (token === undefined) return withoutToken;
  const client = githubClient({ ...apiOf(run, env), token, signal });
  return {
    protection: (environment) => protectionOf(client, environment),
    evidence: (demand) => evidenceOf(client, run, demand, env["GITHUB_WORKSPACE"] || "."),
    announce: (context) => announce(client, run, context),
    approvals: async () => [await approvalsOf(client, run)],
  };
}

/** Where the API of this run's GitHub is, and the repository in it. */
export function apiOf(
  { repository }: RunContext,
  env: Readonly<Record<string, string | undefined>>,
): { readonly apiUrl: string; readonly repository: string } {
  return { apiUrl: env["GITHUB_API_URL"] || "https://api.github.com", repository };
}

const noToken = "the input github-token is empty";

const unaskedWithoutToken = {
  kind: "unasked",
  reason: noToken,
  next: "leave github-token at its default, and give the job `permissions: actions: read`",
} as const;

const withoutToken: Witness = {
  protection: () => Promise.resolve(unaskedWithoutToken),
  evidence: () => Promise.resolve(unaskedWithoutToken),
  announce: () => Promise.resolve([notAnnounced(noToken)]),
  approvals: () => Promise.resolve([noteOf(noToken)]),
};

async function evidenceOf(
  client: GithubClient,
  { workflowFile, ref, sha }: RunContext,
  demand: EvidenceDemand,
  workspace: string,
): Promise<Proof> {
  // The rollback has a workflow of its own; the chain's is the one that asks.
  const file =
    demand.of === "rollback"
      ? rollbackFileIn(workspace, demand.runbook, demand.phase ?? "rollback")
      : workflowFile;
  try {
    const place = { ...demand, workflowFile: file, branch: ref.replace(/^refs\/heads\//, "") };
    const found = await verifyEvidence(place, githubEvidence(client, sha));
    if (!found.ok) return { kind: "unproven", reasons: found.reasons };
    return { kind: "proven", evidence: found.evidence, hash: found.hash, url: found.run.url };
  } catch (error) {
    return unasked(error);
  }
}

async function announce(
  client: GithubClient,
  { sha, runUrl }: RunContext,
  context: string,
): Promise<readonly Observation[]> {
  const status = { state: "pending", context, description: "a round is under way" } as const;
  try {
    await client.createStatus(sha, { ...status, targetUrl: runUrl });
    return [];
  } catch (error) {
    return [notAnnounced(errorText(error))];
  }
}

function notAnnounced(why: string): Observation {
  return { kind: "note", text: `GitHub could not be told that a round is under way: ${why}` };
}

async function protectionOf(client: GithubClient, name: string): Promise<Protection> {
  try {
    const { environment, branches, lacks } = await seeProtection(client, name, protectionLimits);
    if (lacks.length > 0) return { kind: "unprotected", problems: lacks };
    const { url, reviewers } = environment;
    return {
      kind: "protected",
      proof: { kind: "protection", environment: name, url, reviewers, branches: [...branches] },
    };
  } catch (error) {
    if (isMissing(error)) return { kind: "unprotected", problems: [missing(name, error)] };
    return unasked(error);
  }
}

function unasked(error: unknown) {
  const next = error instanceof GithubError ? error.next : "re-run the job";
  return { kind: "unasked", reason: errorText(error), next } as const;
}

function isMissing(error: unknown): error is GithubError {
  return error instanceof GithubError && error.kind === "not-found";
}

function missing(name: string, { asked, next }: GithubError) {
  return {
    problem: `it knows no environment ${name} (${asked}: 404)`,
    mend: `see whether ${name} is spelled as you mean it and set it up; ${next}`,
  };
}

async function approvalsOf(client: GithubClient, { runId }: RunContext): Promise<Observation> {
  try {
    const approvals = await client.approvals(runId, approvalsLimits);
    const cut = (text: string): string => text.slice(0, longestComment).toWellFormed();
    return {
      kind: "approvals",
      approvals: approvals.map((one) => ({ ...one, comment: cut(one.comment) })),
    };
  } catch (error) {
    return noteOf(errorText(error));
  }
}

function noteOf(why: string): Observation {
  return { kind: "note", text: `who approved this run is not known: ${why}` };
}
