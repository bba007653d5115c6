import { createHash } from "node:crypto";

/** How an environment is protected. */
export interface EnvironmentRules {
  readonly reviewers: readonly string[];
  readonly preventSelfReview: boolean;
  readonly branches: "any" | "protected" | readonly string[];
  readonly adminsMayBypass: boolean;
}

/** What an environment of somebody careful looks like. */
export const wellProtected: EnvironmentRules = {
  reviewers: ["ada", "bob"],
  preventSelfReview: true,
  branches: ["main"],
  adminsMayBypass: false,
};

/** What GitHub makes of a name that nobody has set up. */
export const unprotected: EnvironmentRules = {
  reviewers: [],
  preventSelfReview: false,
  branches: "any",
  adminsMayBypass: true,
};

/** A repository in which both environments are well protected. */
export function careful(): GithubState {
  const state = new GithubState();
  for (const name of ["pre-prod", "prod"]) state.environments.set(name, wellProtected);
  return state;
}

export interface NewRun {
  readonly id: number;
  readonly workflowFile: string;
  readonly workflowName: string;
  readonly title: string;
  readonly event?: string;
  readonly headSha?: string;
  readonly headBranch?: string;
  readonly actor?: string;
}

export type Run = Required<NewRun> & { attempt: number; readonly createdAt: string };
export type Conclusion = "success" | "failure" | "cancelled";

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly attempt: number;
  readonly name: string;
  readonly startedAt: string;
  completedAt?: string;
  conclusion?: Conclusion;
}

export interface Approval {
  readonly state: "approved" | "rejected" | "pending";
  readonly user: string;
  readonly environment: string;
  readonly comment: string;
}

export interface Artifact {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly createdAt: string;
  expired: boolean;
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly creator: string;
  readonly createdAt: string;
}

/** The commit that every run of a rehearsal is at. */
export const headSha = "0123456789abcdef0123456789abcdef01234567";

/** What a repository on GitHub knows, as far as the product asks; numbered from 1, so that it is the same each time. */
export class GithubState {
  readonly environments = new Map<string, EnvironmentRules>();
  readonly protectedBranches: string[] = ["main"];
  readonly runs = new Map<number, Run>();
  readonly jobs: Job[] = [];
  readonly approvals = new Map<number, Approval[]>();
  readonly artifacts: Artifact[] = [];
  readonly statuses: Status[] = [];
  readonly #now: () => Date;
  #last = 0;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  /** A dispatch; once more with the same id it is a re-run, when its attempt is newer. */
  startRun(asked: NewRun, attempt = 1): Run {
    const known = this.runs.get(asked.id);
    if (known !== undefined) {
      known.attempt = Math.max(known.attempt, attempt);
      return known;
    }
    const defaults = {
      event: "workflow_dispatch",
      headSha,
      headBranch: "main",
      actor: "rehearsal",
    };
    const run = { ...defaults, ...asked, attempt, createdAt: this.#time() };
    this.runs.set(run.id, run);
    return run;
  }

  startJob(runId: number, name: string, attempt = 1): Job {
    const job = { id: this.#next(), runId, attempt, name, startedAt: this.#time() };
    this.jobs.push(job);
    return job;
  }

  endJob(job: Job, conclusion: Conclusion): void {
    job.completedAt = this.#time();
    job.conclusion = conclusion;
  }

  approve(runId: number, approval: Approval): void {
    this.approvals.set(runId, [...(this.approvals.get(runId) ?? []), approval]);
  }

  upload(runId: number, name: string, bytes: Uint8Array): Artifact {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const createdAt = this.#time();
    const artifact = { id: this.#next(), runId, name, bytes, digest, createdAt, expired: false };
    this.artifacts.push(artifact);
    return artifact;
  }

  createStatus(status: Omit<Status, "id" | "createdAt">): Status {
    const created = { ...status, id: this.#next(), createdAt: this.#time() };
    this.statuses.push(created);
    return created;
  }

  /** A run is what became of its jobs: the latest of each name counts. */
  conclusionOf(runId: number): Conclusion | undefined {
    const latest = new Map<string, Job>();
    for (const job of this.jobs.filter((one) => one.runId === runId)) latest.set(job.name, job);
    const ends = [...latest.values()].map(({ conclusion }) => conclusion);
    if (ends.length === 0 || ends.includes(undefined)) return undefined;
    return ends.find((end) => end !== "success") ?? "success";
  }

  #next(): number {
    return (this.#last += 1);
  }

  #time(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
  }
}
