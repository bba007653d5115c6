import type { Artifact, Conclusion, EnvironmentRules, Job, Run, Status } from "./state.ts";

/** GitHub's own shapes, with the members that a client may look at. */
export function asEnvironment(name: string, rules: EnvironmentRules) {
  const reviewers = rules.reviewers.map((login, index) => ({
    type: "User",
    reviewer: { id: index + 1, login },
  }));
  const review = {
    id: 1,
    type: "required_reviewers",
    prevent_self_review: rules.preventSelfReview,
    reviewers,
  };
  const anyBranch = rules.branches === "any";
  const protectedOnly = rules.branches === "protected";
  return {
    id: 1,
    name,
    html_url: `https://github.invalid/environments/${encodeURIComponent(name)}`,
    can_admins_bypass: rules.adminsMayBypass,
    protection_rules: [
      ...(reviewers.length === 0 ? [] : [review]),
      ...(anyBranch ? [] : [{ id: 2, type: "branch_policy" }]),
    ],
    deployment_branch_policy: anyBranch
      ? null
      : { protected_branches: protectedOnly, custom_branch_policies: !protectedOnly },
  };
}

export function asRun(run: Run, conclusion: Conclusion | undefined) {
  return {
    id: run.id,
    name: run.workflowName,
    path: `.github/workflows/${run.workflowFile}`,
    display_title: run.title,
    head_sha: run.headSha,
    head_branch: run.headBranch,
    event: run.event,
    status: conclusion === undefined ? "in_progress" : "completed",
    conclusion: conclusion ?? null,
    run_attempt: run.attempt,
    html_url: `https://github.invalid/runs/${run.id}`,
    created_at: run.createdAt,
    run_started_at: run.createdAt,
    updated_at: run.createdAt,
    actor: { login: run.actor },
    triggering_actor: { login: run.actor },
  };
}

export function asJob(job: Job) {
  return {
    id: job.id,
    run_id: job.runId,
    run_attempt: job.attempt,
    name: job.name,
    status: job.conclusion === undefined ? "in_progress" : "completed",
    conclusion: job.conclusion ?? null,
    started_at: job.startedAt,
    completed_at: job.completedAt ?? null,
    html_url: `https://github.invalid/runs/${job.runId}/job/${job.id}`,
  };
}

export function asArtifact({ id, runId, name, bytes, digest, createdAt, expired }: Artifact) {
  return {
    id,
    name,
    size_in_bytes: bytes.length,
    expired,
    digest,
    created_at: createdAt,
    workflow_run: { id: runId },
  };
}

export function asStatus(status: Status) {
  return {
    id: status.id,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    created_at: status.createdAt,
    creator: { login: status.creator },
  };
}
