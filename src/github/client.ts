import type { Asked } from "./answered.ts";
import * as answers from "./answers.ts";
import type {
  Approval,
  Artifact,
  BranchPolicy,
  CommitStatus,
  Environment,
  RunJob,
  StatusState,
  WorkflowRun,
} from "./answers.ts";
import { Asker, type Access } from "./ask.ts";
import { downloadArtifact, type Download } from "./download.ts";
import { allPages, type Paged } from "./pages.ts";

/** Which runs of a workflow are meant; what is left out does not matter. */
export interface RunFilter {
  readonly status?: string;
  readonly event?: string;
  readonly branch?: string;
  readonly headSha?: string;
}

/** A commit status as it is written. */
export interface NewStatus {
  readonly state: StatusState;
  readonly context: string;
  /** GitHub keeps 140 characters. */
  readonly description: string;
  readonly targetUrl?: string;
}

/** Limits of one call, where they differ from the client's. */
export interface CallLimits {
  readonly totalSeconds?: number;
  readonly attemptSeconds?: number;
  readonly signal?: AbortSignal;
}

/** What is read of one repository and written to it. Every failure is a GithubError. */
export interface GithubClient {
  environment(name: string, limits?: CallLimits): Promise<Environment>;
  branchPolicies(environment: string, limits?: CallLimits): Promise<readonly BranchPolicy[]>;
  /** Names, at most a hundred. */
  protectedBranches(limits?: CallLimits): Promise<readonly string[]>;
  approvals(runId: string, limits?: CallLimits): Promise<readonly Approval[]>;
  /** Newest first, at most so many. */
  workflowRuns(
    workflowFile: string,
    filter: RunFilter,
    most?: number,
  ): Promise<readonly WorkflowRun[]>;
  run(runId: string): Promise<WorkflowRun>;
  /** Of all attempts. */
  jobs(runId: string): Promise<readonly RunJob[]>;
  artifacts(runId: string): Promise<readonly Artifact[]>;
  download(artifact: Artifact): Promise<Download>;
  /** How one commit stands to another: `identical`, `ahead` (the second is built on the first), `behind`, `diverged`. */
  compare(base: string, head: string): Promise<string>;
  /** Newest first, of all contexts. */
  statuses(sha: string): Promise<readonly CommitStatus[]>;
  createStatus(sha: string, status: NewStatus): Promise<CommitStatus>;
}

/** Where the client asks and with which token. */
export interface ClientOptions {
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  readonly attemptSeconds?: number;
  readonly totalSeconds?: number;
  readonly tries?: number;
  readonly signal?: AbortSignal;
}

const read = "actions: read";

/** A client of one repository. */
export function githubClient(options: ClientOptions): GithubClient {
  const { apiUrl, repository, token, signal } = options;
  const access: Access = {
    apiUrl: apiUrl.replace(/\/+$/, ""),
    token,
    attemptSeconds: options.attemptSeconds ?? 5,
    totalSeconds: options.totalSeconds ?? 15,
    tries: options.tries ?? 3,
    signal,
  };
  const repo = `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
  const asker = (limits: CallLimits = {}): Asker => new Asker({ ...access, ...limits });
  const get = (path: string, needs = read): Asked => ({ method: "GET", path: repo + path, needs });
  const all = <T>(path: string, schema: Paged<T>, most?: number): Promise<T[]> =>
    allPages(asker(), get(path), schema, most);
  return {
    environment: (name, limits) =>
      asker(limits).read(
        get(`/environments/${encodeURIComponent(name)}`),
        answers.environmentAnswer,
      ),
    branchPolicies: (name, limits) =>
      allPages(
        asker(limits),
        get(`/environments/${encodeURIComponent(name)}/deployment-branch-policies`),
        answers.branchPoliciesAnswer,
      ),
    protectedBranches: (limits) =>
      asker(limits).read(
        get("/branches?protected=true&per_page=100", "contents: read"),
        answers.branchesAnswer,
      ),
    approvals: (runId, limits) =>
      asker(limits).read(
        get(`/actions/runs/${encodeURIComponent(runId)}/approvals`),
        answers.approvalsAnswer,
      ),
    workflowRuns: (file, filter, most = 300) =>
      all(
        `/actions/workflows/${encodeURIComponent(file)}/runs${query(filter)}`,
        answers.workflowRunsAnswer,
        most,
      ),
    run: (runId) =>
      asker().read(get(`/actions/runs/${encodeURIComponent(runId)}`), answers.workflowRunAnswer),
    jobs: (runId) =>
      all(`/actions/runs/${encodeURIComponent(runId)}/jobs?filter=all`, answers.jobsAnswer),
    artifacts: (runId) =>
      all(`/actions/runs/${encodeURIComponent(runId)}/artifacts`, answers.artifactsAnswer),
    download: (artifact) => {
      const one = asker({ totalSeconds: access.totalSeconds * 4 });
      const asked = get(`/actions/artifacts/${artifact.id}/zip`);
      return one.repeat(() => downloadArtifact(one, asked, artifact));
    },
    compare: async (base, head) => {
      const commits = `${encodeURIComponent(base)}...${encodeURIComponent(head)}`;
      const asked = get(`/compare/${commits}?per_page=1`, "contents: read");
      return (await asker().read(asked, answers.compareAnswer)).status;
    },
    statuses: (sha) =>
      allPages(
        asker(),
        get(`/commits/${encodeURIComponent(sha)}/statuses`, "statuses: read"),
        answers.statusesAnswer.transform((items) => ({ total: undefined, items })),
      ),
    createStatus: (sha, { state, context, description, targetUrl }) =>
      asker().write(
        {
          method: "POST",
          path: `${repo}/statuses/${encodeURIComponent(sha)}`,
          needs: "statuses: write",
        },
        {
          state,
          context,
          description: description.slice(0, 140),
          ...(targetUrl === undefined ? {} : { target_url: targetUrl }),
        },
        answers.statusAnswer,
      ),
  };
}

function query({ status, event, branch, headSha }: RunFilter): string {
  const wanted = Object.entries({ status, event, branch, head_sha: headSha }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]),
  );
  return wanted.length === 0 ? "" : `?${wanted.join("&")}`;
}
