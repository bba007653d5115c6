import type { Evidence } from "./evidence.ts";

/** The commit status that carries the newest evidence; a rollback's stands beside the chain's and not over it. */
export function statusContext(runbook: string, environment: string, of: Evidence["of"]): string {
  const name = `runbook/${runbook}/${environment}`;
  return of === "chain" ? name : `${name}/${of}`;
}

/** The artifact that a run's attempt leaves. */
export function artifactName(environment: string, attempt: number): string {
  return `evidence-${environment}-${attempt}`;
}

/** What a status says of a file: 140 characters are all that it may have. */
export function describeStatus(evidence: Evidence, hash: string): string {
  const word = evidence.proven ? "proven" : "not proven";
  return `${word} · evidence ${hash}`;
}

/** The hash in a status' description; undefined when there is none. */
export function hashInStatus(description: string): string | undefined {
  return /\bevidence ([0-9a-f]{64})$/.exec(description)?.[1];
}
