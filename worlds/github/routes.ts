import { asArtifact, asEnvironment, asJob, asRun, asStatus } from "./as-answered.ts";
import type { GithubState } from "./state.ts";

/** A request as a route sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Where the server itself is reached. */
  readonly origin: string;
}

export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array;
}

type Route = (state: GithubState, asked: Asked, name: string) => Answer;

const missing: Answer = { status: 404, json: { message: "Not Found" } };

/** One line for each thing that can be asked, below `/repos/OWNER/NAME`. */
const routes: readonly (readonly [RegExp, Route])[] = [
  [/^GET \/environments\/([^/]+)$/, environment],
  [/^GET \/environments\/([^/]+)\/deployment-branch-policies$/, branchPolicies],
  [/^GET \/branches$/, protectedBranches],
  [/^GET \/actions\/workflows\/([^/]+)\/runs$/, runsOfWorkflow],
  [/^GET \/actions\/runs\/(\d+)$/, run],
  [/^GET \/actions\/runs\/(\d+)\/approvals$/, approvals],
  [/^GET \/actions\/runs\/(\d+)\/jobs$/, jobs],
  [/^GET \/actions\/runs\/(\d+)\/artifacts$/, artifacts],
  [/^GET \/actions\/artifacts\/(\d+)\/zip$/, whereArtifact],
  [/^GET \/compare\/(.+)$/, compare],
  [/^GET \/commits\/([^/]+)\/statuses$/, statuses],
  [/^POST \/statuses\/([^/]+)$/, createStatus],
];

export function answer(state: GithubState, asked: Asked): Answer {
  for (const [pattern, route] of routes) {
    const [match, name = ""] = pattern.exec(`${asked.method} ${asked.path}`) ?? [];
    if (match !== undefined) return route(state, asked, decodeURIComponent(name));
  }
  return missing;
}

function environment(state: GithubState, _asked: Asked, name: string): Answer {
  const rules = state.environments.get(name);
  return rules === undefined ? missing : { status: 200, json: asEnvironment(name, rules) };
}

function branchPolicies(state: GithubState, { query }: Asked, name: string): Answer {
  const rules = state.environments.get(name);
  if (rules === undefined) return missing;
  const names = typeof rules.branches === "string" ? [] : rules.branches;
  const all = names.map((one, index) => ({ id: index + 1, name: one, type: "branch" }));
  return paged("branch_policies", all, query);
}

function protectedBranches(state: GithubState): Answer {
  return { status: 200, json: state.protectedBranches.map((name) => ({ name, protected: true })) };
}

function runsOfWorkflow(state: GithubState, { query }: Asked, file: string): Answer {
  const wanted = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  const found = [...state.runs.values()]
    .filter(({ workflowFile }) => workflowFile === file)
    .map((one) => asRun(one, state.conclusionOf(one.id)))
    .filter(
      (one) =>
        wanted("event", one.event) &&
        wanted("branch", one.head_branch) &&
        wanted("head_sha", one.head_sha) &&
        [one.status, one.conclusion, null].includes(query.get("status")),
    );
  return paged("workflow_runs", found.reverse(), query);
}

function run(state: GithubState, _asked: Asked, id: string): Answer {
  const found = state.runs.get(Number(id));
  return found === undefined
    ? missing
    : { status: 200, json: asRun(found, state.conclusionOf(found.id)) };
}

function approvals(state: GithubState, _asked: Asked, id: string): Answer {
  if (!state.runs.has(Number(id))) return missing;
  const given = state.approvals.get(Number(id)) ?? [];
  const json = given.map(({ state: said, comment, user, environment: name }) => ({
    state: said,
    comment,
    user: { login: user },
    environments: [{ id: 1, name }],
  }));
  return { status: 200, json };
}

function jobs(state: GithubState, { query }: Asked, id: string): Answer {
  const own = state.jobs.filter(({ runId }) => runId === Number(id));
  const latest = state.runs.get(Number(id))?.attempt;
  const wanted = query.get("filter") === "all" ? own : own.filter((one) => one.attempt === latest);
  return paged("jobs", wanted.map(asJob), query);
}

function artifacts(state: GithubState, { query }: Asked, id: string): Answer {
  const own = state.artifacts.filter(({ runId }) => runId === Number(id));
  return paged("artifacts", own.map(asArtifact), query);
}

function whereArtifact(state: GithubState, { origin }: Asked, id: string): Answer {
  const found = state.artifacts.find((one) => one.id === Number(id));
  if (found === undefined) return missing;
  if (found.expired) return { status: 410, json: { message: "Artifact has expired" } };
  return { status: 302, headers: { location: `${origin}/store/${found.id}?sig=secret` } };
}

/** Every run of a rehearsal is at one commit; any other is of another line. */
function compare(_state: GithubState, _asked: Asked, commits: string): Answer {
  const [base, head] = commits.split("...");
  return { status: 200, json: { status: base === head ? "identical" : "diverged" } };
}

function statuses(state: GithubState, { query }: Asked, sha: string): Answer {
  const own = state.statuses.filter((one) => one.sha === sha).map(asStatus);
  return { status: 200, json: page(own.reverse(), query) };
}

function createStatus(state: GithubState, { body }: Asked, sha: string): Answer {
  const { context, state: said, description, target_url: target } = body as Record<string, string>;
  if (context === undefined || !/^(error|failure|pending|success)$/.test(said ?? ""))
    return { status: 422, json: { message: "Validation Failed" } };
  if ((description ?? "").length > 140)
    return {
      status: 422,
      json: { message: "description is too long (maximum is 140 characters)" },
    };
  const created = state.createStatus({
    sha,
    context,
    state: said ?? "",
    description: description ?? "",
    targetUrl: target ?? "",
    creator: "github-actions[bot]",
  });
  return { status: 201, json: asStatus(created) };
}

function paged(name: string, all: readonly unknown[], query: URLSearchParams): Answer {
  return { status: 200, json: { total_count: all.length, [name]: page(all, query) } };
}

function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Math.min(100, Number(query.get("per_page") ?? 30));
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  return all.slice(from, from + size);
}
