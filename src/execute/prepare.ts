import { ConfigError } from "../config/problem.ts";
import type { FoundRole } from "../journal/event.ts";
import { loadInventory } from "../inventory/load-inventory.ts";
import type { Inventory } from "../inventory/schema.ts";
import { secretProblems } from "../inventory/secrets.ts";
import { validate } from "../inventory/validate.ts";
import { makePlan, phaseOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import { loadRunbook } from "../runbook/load-runbook.ts";
import type { Runbook } from "../runbook/schema.ts";
import type { BaselineEntry } from "../steps/context.ts";
import { signerKeyProblems } from "./signer-keys.ts";
import { loadKnownFailures, tryKnownFailures } from "./known-failures.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";

/** What is known before anything is connected. */
export interface Prepared {
  readonly runbook: Runbook;
  readonly inventory: Inventory;
  readonly plan: Plan;
  readonly baseline: readonly BaselineEntry[];
  /** What a person should know of these files, though nothing is refused for it. */
  readonly notes: readonly string[];
  /** The hosts of searched roles, once they are known; inventory and plan have them then. */
  readonly fixed?: FixedHosts;
}

/** Hosts that were searched for, and whether just now or when the round was opened. */
export interface FixedHosts {
  readonly roles: readonly FoundRole[];
  readonly from: "search" | "record";
}

/** Loads and checks everything that can be known without a network, and plans. */
export function prepare(
  request: Pick<PhaseRequest, "environment" | "runbookFile" | "inventoryFile" | "vars"> &
    Partial<Pick<PhaseRequest, "phase">>,
): Prepared {
  const { runbook, notes } = loadFor(request);
  const inventory = loadInventory(request.inventoryFile);
  if (inventory.environment !== request.environment) {
    throw new RefusedError(
      `${request.inventoryFile} is the inventory of environment ${inventory.environment}, and ${request.environment} was asked for`,
      "give the inventory of the environment that you mean",
    );
  }
  const problems = validate(runbook, inventory, request.vars);
  if (problems.length > 0) throw new ConfigError(problems);
  const plan = makePlan(runbook, inventory, request.vars);
  if (!waitsForNothing(runbook, request.phase))
    return { runbook, inventory, plan, baseline: loadKnownFailures(runbook, inventory), notes };
  const { entries, note } = tryKnownFailures(runbook, inventory);
  const all = note === undefined ? notes : [...notes, note];
  return { runbook, inventory, plan, baseline: entries, notes: all };
}

/** A way back goes on with failure rules that somebody broke: it judges no failures. */
function loadFor({
  runbookFile,
  phase,
}: Pick<PhaseRequest, "runbookFile"> & Partial<Pick<PhaseRequest, "phase">>): Pick<
  Prepared,
  "runbook" | "notes"
> {
  try {
    return { runbook: loadRunbook(runbookFile), notes: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const runbook = loadRunbook(runbookFile, { withoutRules: true });
    if (!waitsForNothing(runbook, phase)) throw error;
    const why = error.message.replaceAll("\n", "; ");
    const note = `the failure rules cannot be used, and nothing here is judged by them: ${why}`;
    return { runbook, notes: [note] };
  }
}

/** A way back and a ruling judge no failures. */
function waitsForNothing({ phases }: Pick<Runbook, "phases">, phase: string | undefined): boolean {
  if (phase === "resolve") return true;
  return phases.some(({ id, dispatched }) => id === phase && dispatched !== undefined);
}

/** Finds the phase and refuses what can be refused before anything is connected: another plan, missing secrets. */
export function admitRequest(request: PhaseRequest, { plan, runbook }: Prepared): PlannedPhase {
  const phase = phaseOf(plan, request.phase);
  if (request.planDigest !== undefined && request.planDigest !== plan.digest) {
    throw new RefusedError(
      `the approved plan is ${request.planDigest.slice(0, 12)}, and what would be done now is ${plan.digest.slice(0, 12)}`,
      "something changed since the plan was shown (the commit, the inventory or a variable): dispatch a new run and approve its plan",
    );
  }
  const problems = [
    ...secretProblems(runbook, request.secrets),
    ...signerKeyProblems(plan, phase, request.secrets),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return phase;
}
