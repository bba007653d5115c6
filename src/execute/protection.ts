import type { Observation } from "../journal/event.ts";
import type { JournalState } from "../journal/replay.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import type { Prepared } from "./prepare.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";
import { recordStands } from "./round-record.ts";
import type { Protection, ProtectionProblem } from "./witness.ts";

type Unasked = Extract<Protection, { kind: "unasked" }>;

const nobodyToAsk: Unasked = {
  kind: "unasked",
  reason: "this is no job of a GitHub workflow, so nobody can ask",
  next: "dispatch the workflow in GitHub",
};

/**
 * Has GitHub say that a protected environment is protected, before anything is connected. Only the phase that
 * opens a round asks; a way back never does, and later phases rely on the record in the journal.
 */
export async function proveProtection(
  request: PhaseRequest,
  prepared: Prepared,
  phase: PlannedPhase,
): Promise<readonly Observation[]> {
  const { inventory } = prepared;
  if (!inventory.protected || phase.dispatched !== undefined || phase.round !== "opens") return [];
  const asked = await (request.witness?.protection(inventory.environment) ?? nobodyToAsk);
  switch (asked.kind) {
    case "protected":
      return [asked.proof];
    case "unprotected":
      throw unprotected(prepared, request, asked.problems);
    case "unasked":
      // Whoever cancels is told that, and not what GitHub could not say any more.
      if (request.signal.aborted) return [];
      if (await recordStands(request, prepared, "protection")) return [reliedOn(asked)];
      throw new RefusedError(
        `${inventory.environment} is protected (${request.inventoryFile}), and whether GitHub protects it could not be asked: ${asked.reason}. No host was touched`,
        asked.next,
      );
  }
}

function unprotected(
  { inventory }: Prepared,
  { inventoryFile }: PhaseRequest,
  problems: readonly ProtectionProblem[],
): RefusedError {
  const said = problems.map(({ problem }) => problem).join("; ");
  const mends = problems.map(({ mend }) => mend).join("; ");
  return new RefusedError(
    `${inventory.environment} is protected (${inventoryFile}), and GitHub does not protect it: ${said}. No host was touched`,
    `${mends} (docs/github-setup.md#environments), then dispatch a new run`,
  );
}

function reliedOn({ reason }: Unasked): Observation {
  return {
    kind: "note",
    text: `how GitHub protects the environment could not be asked again (${reason}); the round's own record stands`,
  };
}

/** Why a phase of the chain may not act in a protected environment's round: nothing in it says that it is protected. */
export function withoutProof(
  {
    plan,
    phase,
    witnessed = [],
  }: {
    readonly plan: Plan;
    readonly phase: PlannedPhase;
    readonly witnessed?: readonly Observation[];
  },
  round: JournalState,
): { readonly sentence: string; readonly next: string } | undefined {
  if (phase.dispatched !== undefined) return undefined;
  const has = (kind: "protection" | "evidence"): boolean =>
    round.observationsOf(kind).length > 0 || witnessed.some((one) => one.kind === kind);
  const next =
    "dispatch a new run: its first phase asks GitHub and opens a new round; or dispatch the rollback";
  if (plan.protected && !has("protection"))
    return {
      sentence: `${phase.id}: ${plan.environment} is protected, and this round has no record that GitHub protects it`,
      next,
    };
  if (plan.evidence !== undefined && !has("evidence"))
    return {
      sentence: `${phase.id}: ${plan.environment} wants evidence of ${plan.evidence.from}, and this round has no record of it`,
      next,
    };
  return undefined;
}
