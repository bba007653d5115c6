import * as z from "zod";

const text = z.string();
const id = z.number();
const login = z.object({ login: text });
const nullable = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Who may approve: a person by login, a team by its slug. */
const reviewer = z
  .object({
    type: text,
    reviewer: z.object({ login: text.optional(), slug: text.optional(), name: nullable(text) }),
  })
  .transform(({ type, reviewer: { login, slug, name } }) =>
    type === "Team" ? `team ${slug ?? name ?? "?"}` : (login ?? name ?? "?"),
  );

const rule = z.object({
  type: text,
  prevent_self_review: z.boolean().optional(),
  reviewers: z.array(reviewer).optional(),
});

/** An environment with what protects it; a member that GitHub leaves out is undefined and proves nothing. */
export const environmentAnswer = z
  .object({
    name: text,
    html_url: text.optional(),
    can_admins_bypass: z.boolean().optional(),
    protection_rules: z.array(rule).optional(),
    deployment_branch_policy: nullable(
      z.object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() }),
    ),
  })
  .transform((answer) => {
    const rules = answer.protection_rules ?? [];
    const review = rules.filter(({ type }) => type === "required_reviewers");
    return {
      name: answer.name,
      url: answer.html_url ?? "",
      ruleTypes: rules.map(({ type }) => type),
      reviewers: review.flatMap(({ reviewers }) => reviewers ?? []),
      preventSelfReview: review.some((one) => one.prevent_self_review === true),
      adminsMayBypass: answer.can_admins_bypass,
      branches: branchesOf(answer.deployment_branch_policy),
    };
  });
export type Environment = z.output<typeof environmentAnswer>;

/** Which branches may deploy: any, those that are protected, or those that a policy names. */
export type BranchRule = "any" | "protected" | "named";

function branchesOf(
  policy: { protected_branches: boolean; custom_branch_policies: boolean } | undefined,
): BranchRule {
  if (policy?.protected_branches === true) return "protected";
  return policy?.custom_branch_policies === true ? "named" : "any";
}

const branchPolicy = z
  .object({ name: text, type: text.optional() })
  .transform(({ name, type }) => ({
    name,
    type: type === "tag" ? ("tag" as const) : ("branch" as const),
  }));
export type BranchPolicy = z.output<typeof branchPolicy>;
export const branchPoliciesAnswer = z
  .object({ total_count: id, branch_policies: z.array(branchPolicy) })
  .transform((answer) => ({ total: answer.total_count, items: answer.branch_policies }));

export const branchesAnswer = z
  .array(z.object({ name: text }))
  .transform((branches) => branches.map(({ name }) => name));

const approval = z
  .object({
    state: text,
    comment: nullable(text),
    user: nullable(login),
    environments: z.array(z.object({ name: text })),
  })
  .transform(({ state, comment, user, environments }) => ({
    state,
    comment: comment ?? "",
    user: user?.login ?? "",
    environments: environments.map(({ name }) => name),
  }));
/** Of the run: GitHub says neither which job nor which attempt it was for. */
export type Approval = z.output<typeof approval>;
export const approvalsAnswer = z.array(approval);

const workflowRun = z
  .object({
    id,
    name: nullable(text),
    path: text,
    display_title: text,
    head_sha: text,
    head_branch: nullable(text),
    event: text,
    status: nullable(text),
    conclusion: nullable(text),
    run_attempt: z.number().int().positive(),
    html_url: text,
    created_at: text,
    run_started_at: nullable(text),
    updated_at: text,
    actor: nullable(login),
    triggering_actor: nullable(login),
  })
  .transform((run) => ({
    id: run.id,
    name: run.name ?? "",
    /** `.github/workflows/org-migration.yml`, without a ref behind it. */
    workflowFile: run.path.split("@")[0] ?? run.path,
    displayTitle: run.display_title,
    headSha: run.head_sha,
    headBranch: run.head_branch,
    event: run.event,
    status: run.status ?? "",
    conclusion: run.conclusion,
    attempt: run.run_attempt,
    url: run.html_url,
    createdAt: run.created_at,
    startedAt: run.run_started_at ?? run.created_at,
    updatedAt: run.updated_at,
    actor: run.triggering_actor?.login ?? run.actor?.login ?? "",
  }));
export type WorkflowRun = z.output<typeof workflowRun>;
export const workflowRunAnswer = workflowRun;
export const workflowRunsAnswer = z
  .object({ total_count: id, workflow_runs: z.array(workflowRun) })
  .transform((answer) => ({ total: answer.total_count, items: answer.workflow_runs }));

const job = z
  .object({
    id,
    run_id: id,
    run_attempt: z.number().int().positive(),
    name: text,
    status: text,
    conclusion: nullable(text),
    started_at: nullable(text),
    completed_at: nullable(text),
    html_url: nullable(text),
  })
  .transform((one) => ({
    id: one.id,
    runId: one.run_id,
    attempt: one.run_attempt,
    name: one.name,
    status: one.status,
    conclusion: one.conclusion,
    startedAt: one.started_at,
    completedAt: one.completed_at,
    url: one.html_url ?? "",
  }));
export type RunJob = z.output<typeof job>;
export const jobsAnswer = z
  .object({ total_count: id, jobs: z.array(job) })
  .transform((answer) => ({ total: answer.total_count, items: answer.jobs }));

const artifact = z
  .object({
    id,
    name: text,
    size_in_bytes: z.number(),
    expired: z.boolean(),
    digest: nullable(text),
    created_at: nullable(text),
    workflow_run: nullable(z.object({ id, head_sha: text.optional() })),
  })
  .transform((one) => ({
    id: one.id,
    name: one.name,
    bytes: one.size_in_bytes,
    expired: one.expired,
    /** `sha256:…` of the bytes that a download gives. */
    digest: one.digest,
    createdAt: one.created_at ?? "",
    runId: one.workflow_run?.id,
  }));
export type Artifact = z.output<typeof artifact>;
export const artifactsAnswer = z
  .object({ total_count: id, artifacts: z.array(artifact) })
  .transform((answer) => ({ total: answer.total_count, items: answer.artifacts }));

export const compareAnswer = z.object({ status: text });

/** What a commit status can say. */
export const statusStates = ["error", "failure", "pending", "success"] as const;
export type StatusState = (typeof statusStates)[number];

export const statusAnswer = z
  .object({
    id,
    state: z.enum(statusStates),
    context: text,
    description: nullable(text),
    target_url: nullable(text),
    created_at: text,
    creator: nullable(login),
  })
  .transform((one) => ({
    id: one.id,
    state: one.state,
    context: one.context,
    description: one.description ?? "",
    targetUrl: one.target_url ?? "",
    createdAt: one.created_at,
    creator: one.creator?.login ?? "",
  }));
export type CommitStatus = z.output<typeof statusAnswer>;
export const statusesAnswer = z.array(statusAnswer);
