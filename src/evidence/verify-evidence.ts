import { evidenceSchema, hashOf, type Evidence } from "./evidence.ts";
import { fileIn } from "./file-in.ts";
import { judgeEvidence, type EvidenceDemand } from "./judge-evidence.ts";
import { artifactName, hashInStatus, statusContext } from "./names.ts";
import type { EvidenceSource, RunSeen } from "./source.ts";

/** Which run to look behind. */
export interface EvidencePlace extends EvidenceDemand {
  /** The workflow whose runs count, as a path in the repository. */
  readonly workflowFile: string;
  /** Whose workflow file is trusted: whoever dispatches from another branch may have edited it. */
  readonly branch: string;
}

/** What was found behind a status, or every reason why it does not carry. */
export type Verification =
  | {
      readonly ok: true;
      readonly evidence: Evidence;
      readonly hash: string;
      readonly run: RunSeen;
    }
  | { readonly ok: false; readonly reasons: readonly string[] };

/**
 * Verifies the newest run and not only what a status says of it: its jobs, its artifact, that both are the same
 * file, and what stands in it. An older success never counts: the newest run is authoritative, however it ended.
 */
export async function verifyEvidence(
  place: EvidencePlace,
  source: EvidenceSource,
): Promise<Verification> {
  const runs = await source.runs(place.workflowFile);
  // A re-run of an older run is newer than a run that was dispatched since.
  const run = runs
    .filter(({ title }) => isIn(place.environment, title))
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
  if (run === undefined)
    return refused(`no run of ${place.workflowFile} in ${place.environment} was found`);
  if (run.branch !== place.branch)
    return refused(`run ${run.url} is of branch ${run.branch}, and this one of ${place.branch}`);
  // A tag can be called like the branch, and lead anywhere.
  if (!(await source.isBehind(run.sha)))
    return refused(
      `commit ${run.sha} of run ${run.url} is none that this run's commit is built on`,
    );
  if (run.status !== "completed") return refused(`run ${run.url} is not over (${run.status})`);
  const hash = await statedHash(place, run, source);
  if (!hash.ok) return hash;
  const jobs = (await source.jobs(run.id)).filter(({ conclusion }) => conclusion !== "success");
  if (jobs.length > 0)
    return refused(
      ...jobs.map(({ name, status, conclusion }) => `job ${name} ended ${conclusion ?? status}`),
    );
  const file = await evidenceFile(place, run, source);
  if (!file.ok) return file;
  if (hashOf(file.bytes) !== hash.value)
    return refused(`the artifact of ${run.url} is not the file that the status speaks of`);
  return judged(place, run, file.bytes);
}

/** The workflows' titles say the environment last, or before a comma. */
function isIn(environment: string, title: string): boolean {
  return title.endsWith(` in ${environment}`) || title.includes(` in ${environment}, `);
}

type Refused = Extract<Verification, { ok: false }>;

function refused(...reasons: readonly string[]): Refused {
  return { ok: false, reasons };
}

async function statedHash(
  { runbook, environment, of }: EvidencePlace,
  run: RunSeen,
  source: EvidenceSource,
): Promise<Refused | { readonly ok: true; readonly value: string }> {
  const context = statusContext(runbook, environment, of);
  const status = (await source.statuses(run.sha)).find((one) => one.context === context);
  if (status === undefined) return refused(`commit ${run.sha} has no status ${context}`);
  if (!isOf(run, status.targetUrl))
    return refused(`status ${context} is of ${status.targetUrl} and not of ${run.url}`);
  if (status.state !== "success")
    return refused(`status ${context} is ${status.state}: ${status.description}`);
  const value = hashInStatus(status.description);
  if (value === undefined) return refused(`status ${context} names no evidence`);
  return { ok: true, value };
}

function isOf(run: RunSeen, url: string): boolean {
  return new RegExp(`/actions/runs/${run.id}(/|$)`).test(url);
}

async function evidenceFile(
  { environment }: EvidencePlace,
  run: RunSeen,
  source: EvidenceSource,
): Promise<Refused | { readonly ok: true; readonly bytes: Uint8Array }> {
  const name = artifactName(environment, run.attempt);
  const artifact = (await source.artifacts(run.id)).find((one) => one.name === name);
  if (artifact === undefined) return refused(`run ${run.url} has no artifact ${name}`);
  if (artifact.expired) return refused(`artifact ${name} of ${run.url} has expired`);
  const zip = await artifact.download();
  if (artifact.digest !== undefined && artifact.digest !== `sha256:${hashOf(zip)}`)
    return refused(`artifact ${name} of ${run.url} has another digest than GitHub says`);
  const bytes = fileIn(zip, "evidence.json");
  if (bytes === undefined) return refused(`artifact ${name} of ${run.url} holds no evidence.json`);
  return { ok: true, bytes };
}

function judged(place: EvidencePlace, run: RunSeen, bytes: Uint8Array): Verification {
  const evidence = parse(bytes);
  if (evidence === undefined) return refused(`evidence.json of ${run.url} is not evidence`);
  const { id, attempt, sha } = evidence.run;
  if (id !== run.id || attempt !== run.attempt || sha !== run.sha)
    return refused(
      `evidence.json of ${run.url} is of run ${id}, attempt ${attempt}, commit ${sha}`,
    );
  const reasons = judgeEvidence(evidence, place);
  return reasons.length > 0
    ? { ok: false, reasons }
    : { ok: true, evidence, hash: hashOf(bytes), run };
}

function parse(bytes: Uint8Array): Evidence | undefined {
  try {
    return evidenceSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
