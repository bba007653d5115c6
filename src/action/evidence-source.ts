import type { EvidenceSource, JobSeen } from "../evidence/source.ts";
import type { GithubClient } from "../github/client.ts";
import type { RunJob } from "../github/answers.ts";

/** Runs enough to find the newest one of an environment among those of the others. */
const mostRuns = 200;

/** GitHub as the place where evidence is kept. */
export function githubEvidence(client: GithubClient, ownSha: string): EvidenceSource {
  return {
    isBehind: async (sha) => ["identical", "ahead"].includes(await client.compare(sha, ownSha)),
    runs: async (workflowFile) => {
      const runs = await client.workflowRuns(
        workflowFile,
        { event: "workflow_dispatch" },
        mostRuns,
      );
      return runs.map((run) => ({
        id: String(run.id),
        attempt: run.attempt,
        title: run.displayTitle,
        sha: run.headSha,
        branch: run.headBranch ?? "",
        url: run.url,
        startedAt: run.startedAt,
        status: run.status,
        conclusion: run.conclusion,
      }));
    },
    statuses: (sha) => client.statuses(sha),
    jobs: async (runId) => latestOfEach(await client.jobs(runId)),
    artifacts: async (runId) =>
      (await client.artifacts(runId)).map((artifact) => ({
        id: String(artifact.id),
        name: artifact.name,
        expired: artifact.expired,
        digest: artifact.digest,
        download: async () => (await client.download(artifact)).bytes,
      })),
  };
}

/** A re-run starts some jobs anew and keeps the others: of each name the last attempt counts. */
function latestOfEach(jobs: readonly RunJob[]): readonly JobSeen[] {
  const latest = new Map<string, RunJob>();
  for (const job of jobs) {
    const known = latest.get(job.name);
    if (known === undefined || known.attempt <= job.attempt) latest.set(job.name, job);
  }
  return [...latest.values()];
}
