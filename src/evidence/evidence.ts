import { createHash } from "node:crypto";
import { z } from "zod";
import { failureRow, knownFailure, outcomes, reconcileRow } from "../journal/event.ts";
import { roundTimings } from "../journal/timing.ts";

const text = z.string();
const count = z.number().int().nonnegative();

const phaseProof = z.strictObject({
  phase: text,
  outcome: z.enum(outcomes).nullable(),
  attempts: count,
  seconds: z.number().nonnegative(),
});

/**
 * What one run proved in one environment, as `evidence.json`. Everything but the run itself is computed from the
 * journal; times are ISO 8601 in UTC, durations seconds, hashes SHA-256 in hex.
 */
export const evidenceSchema = z.strictObject({
  version: z.literal(1),
  runbook: text,
  environment: text,
  /** What the run was dispatched for. */
  of: z.enum(["chain", "rollback"]),
  /** True when everything came true in this run; `why` says what did not otherwise. */
  proven: z.boolean(),
  why: z.array(text),
  runbookDigest: text,
  /** Of the known failures by which the verdict was given; without one, of those with which the round was opened. */
  baselineDigest: text,
  /** The known failures as they counted last, to be shown beside those of another environment; absent before they were kept. */
  baseline: z.array(knownFailure).optional(),
  planDigest: text,
  round: text,
  startedAt: text,
  endedAt: text,
  run: z.strictObject({
    id: text,
    attempt: count,
    url: text,
    sha: text,
    by: text,
    dispatcher: text,
  }),
  /** The run's approvals as GitHub lists them: it does not say for which job. */
  approvals: z.array(text),
  phases: z.array(phaseProof),
  /** Steps (`phase/step`, with `@host` where it is one host's part) that were merely found done: they prove nothing. */
  merelyDone: z.array(text),
  /** Steps that the run skipped, each with its reason: what they look at was not looked at. Absent before it was kept. */
  skipped: z.array(z.strictObject({ step: text, reason: text })).optional(),
  downtimeSeconds: z.number().nonnegative(),
  timings: roundTimings,
  verdict: z
    .strictObject({
      good: z.boolean(),
      reasons: z.array(text),
      rows: z.array(reconcileRow),
      failures: z.array(failureRow),
    })
    .nullable(),
  journal: z.strictObject({ events: count, head: text }),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** The file as it is written; equal evidence gives equal bytes. */
export function writeEvidence(evidence: Evidence): string {
  return `${JSON.stringify(evidence, undefined, 2)}\n`;
}

/** What a status says of a file, and what ties the two together: SHA-256 of its bytes, in hex. */
export function hashOf(file: string | Uint8Array): string {
  return createHash("sha256").update(file).digest("hex");
}
