import type { EvidenceDemand } from "../evidence/judge-evidence.ts";
import { statusContext } from "../evidence/names.ts";
import type { Observation } from "../journal/event.ts";
import type { PlannedPhase } from "../plan/plan.ts";
import type { KnownDurations } from "./execute-phase.ts";
import { machineClock } from "./clock.ts";
import type { Prepared } from "./prepare.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";
import { recordStands } from "./round-record.ts";
import type { Proof } from "./witness.ts";

/**
 * Has GitHub show that another environment proved this very runbook, before anything is connected. Only the phase
 * that opens a round asks; later phases rely on the record in the journal, and a way back never asks.
 */
export async function proveRehearsed(
  request: PhaseRequest,
  prepared: Prepared,
  phase: PlannedPhase,
): Promise<Rehearsed> {
  const { evidence: wanted, environment } = prepared.inventory;
  if (wanted === undefined || phase.dispatched !== undefined || phase.round !== "opens")
    return { observations: [] };
  const observations: Observation[] = [];
  let durations: KnownDurations | undefined;
  for (const demand of demandsOf(request, prepared)) {
    const answer = (await request.witness?.evidence(demand)) ?? nobodyToAsk;
    if (request.signal.aborted) return { observations };
    if (answer.kind !== "proven") {
      if (await recordStands(request, prepared, "evidence"))
        return { observations: [reliedOn(demand, answer)] };
      throw refused(environment, demand, answer);
    }
    observations.push(observationOf(demand, answer));
    if (demand.of === "chain")
      durations = { source: `${wanted.from} (${answer.url})`, timings: answer.evidence.timings };
  }
  return { observations, durations };
}

/** What the round keeps of another environment's evidence, and how long things took there. */
export interface Rehearsed {
  readonly observations: readonly Observation[];
  readonly durations?: KnownDurations | undefined;
}

const nobodyToAsk = {
  kind: "unasked",
  reason: "this is no job of a GitHub workflow, so nobody can ask",
  next: "dispatch the workflow in GitHub",
} as const;

/** Says in GitHub that a round begins, so that no older evidence is the newest while this one is not over. */
export async function announce(
  { witness }: PhaseRequest,
  { plan }: Prepared,
  phase: PlannedPhase,
): Promise<readonly Observation[]> {
  if (phase.dispatched !== undefined || phase.round !== "opens") return [];
  return (await witness?.announce(statusContext(plan.runbook, plan.environment, "chain"))) ?? [];
}

/** The chain, and where the inventory names a day, a rollback of this runbook since then. */
function demandsOf(
  { clock = machineClock }: PhaseRequest,
  { plan, inventory }: Prepared,
): readonly EvidenceDemand[] {
  const wanted = inventory.evidence;
  if (wanted === undefined) return [];
  const shared = {
    runbook: plan.runbook,
    runbookDigest: plan.runbookDigest,
    environment: wanted.from,
    now: clock.now(),
  };
  const since = wanted.rollbackSince;
  const phase = plan.phases.find(({ dispatched }) => dispatched === "rollback")?.id;
  return [
    { ...shared, of: "chain", maxAgeSeconds: wanted.maxAgeSeconds, since },
    ...(since === undefined
      ? []
      : [{ ...shared, of: "rollback" as const, phase, maxAgeSeconds: undefined, since }]),
  ];
}

function reliedOn(
  { of, environment }: EvidenceDemand,
  answer: Exclude<Proof, { kind: "proven" }>,
): Observation {
  const why = answer.kind === "unasked" ? answer.reason : answer.reasons.join("; ");
  return {
    kind: "note",
    text: `evidence of a ${of} in ${environment} would not carry any more (${why}); the round's own record of it stands`,
  };
}

function refused(
  environment: string,
  { of, environment: from }: EvidenceDemand,
  answer: Exclude<Proof, { kind: "proven" }>,
): RefusedError {
  if (answer.kind === "unasked")
    return new RefusedError(
      `${environment} wants evidence of ${from}, and GitHub could not be asked for it: ${answer.reason}. No host was touched`,
      answer.next,
    );
  return new RefusedError(
    `${environment} wants evidence of a ${of} in ${from}, and there is none that carries: ${answer.reasons.join("; ")}. No host was touched`,
    `rehearse in ${from} at this commit (${of === "chain" ? "the whole chain" : `a ${of}`}) and dispatch again when it is proven`,
  );
}

function observationOf(
  { of, environment }: EvidenceDemand,
  { evidence, hash, url }: Extract<Proof, { kind: "proven" }>,
): Observation {
  const { runbookDigest, baselineDigest, baseline, endedAt, downtimeSeconds } = evidence;
  return {
    kind: "evidence",
    of,
    environment,
    url,
    hash,
    runbookDigest,
    baselineDigest,
    baseline,
    endedAt,
    downtimeSeconds,
  };
}
