import { formatDuration } from "../report/format.ts";
import type { Evidence } from "./evidence.ts";

/** What an environment wants of another one's evidence. */
export interface EvidenceDemand {
  readonly runbook: string;
  readonly runbookDigest: string;
  /** Where it must have been rehearsed. */
  readonly environment: string;
  readonly of: Evidence["of"];
  /** Id of the rollback's phase; its workflow is called after it. */
  readonly phase?: string | undefined;
  /** How old it may be, in seconds; undefined when age does not matter. */
  readonly maxAgeSeconds: number | undefined;
  /** The earliest time that counts, ISO 8601: what was proven before proves nothing any more. */
  readonly since: string | undefined;
  readonly now: Date;
}

/** By how much the clocks of two runners may differ. */
const clockSlackSeconds = 300;

/** Why evidence does not carry a demand, each reason in words; empty when it does. */
export function judgeEvidence(evidence: Evidence, demand: EvidenceDemand): readonly string[] {
  const { environment, now, maxAgeSeconds, since } = demand;
  const age = (now.getTime() - Date.parse(evidence.endedAt)) / 1000;
  const reasons: string[] = [];
  if (evidence.runbook !== demand.runbook)
    reasons.push(`it is of runbook ${evidence.runbook}, wanted ${demand.runbook}`);
  if (evidence.environment !== environment)
    reasons.push(`it is of environment ${evidence.environment}, wanted ${environment}`);
  if (evidence.of !== demand.of) reasons.push(`it is of a ${evidence.of}, wanted a ${demand.of}`);
  if (evidence.runbookDigest !== demand.runbookDigest)
    reasons.push(
      `it is of runbook digest ${short(evidence.runbookDigest)}, and this run's is ${short(demand.runbookDigest)}`,
    );
  if (!evidence.proven) reasons.push(`it proves nothing: ${evidence.why.join("; ")}`);
  if (age < -clockSlackSeconds) reasons.push(`it is of the future: ${evidence.endedAt}`);
  if (Number.isNaN(age)) reasons.push(`its time is not a time: ${evidence.endedAt}`);
  if (maxAgeSeconds !== undefined && age > maxAgeSeconds)
    reasons.push(
      `it is ${formatDuration(age)} old, and ${formatDuration(maxAgeSeconds)} is the limit`,
    );
  if (since !== undefined && evidence.endedAt < since)
    reasons.push(`it is of ${evidence.endedAt}, and only what was proven since ${since} counts`);
  return reasons;
}

const short = (digest: string): string => digest.slice(0, 12);
