import { ConfigError } from "../config/problem.ts";
import { completeInventory } from "../inventory/complete.ts";
import { validate } from "../inventory/validate.ts";
import { type JournalState, replay } from "../journal/replay.ts";
import { completePlan } from "../plan/make-plan.ts";
import { look } from "./look.ts";
import type { FixedHosts, Prepared } from "./prepare.ts";
import type { PhaseRequest } from "./request.ts";

/** Inventory and plan with the hosts of searched roles for a person's ruling, which searches for nothing: from the journal alone. */
export async function withRecordedHosts(
  request: PhaseRequest,
  prepared: Prepared,
): Promise<Prepared> {
  if (prepared.plan.searches === undefined) return prepared;
  return withRecord(request, prepared, replay(await look(request, prepared)));
}

/** With the hosts of the round that something is in doubt of, or else of the latest; as it was where there is no record. */
export function withRecord(
  request: Pick<PhaseRequest, "vars">,
  prepared: Prepared,
  state: JournalState,
): Prepared {
  const [doubt] = state.inFlight();
  const record = (doubt === undefined ? state : state.inRound(doubt.round)).hostsFound();
  if (prepared.plan.searches === undefined || record === undefined) return prepared;
  return complete(request, prepared, { roles: record.roles, from: "record" }, []);
}

/** With these hosts; refused where the runbook cannot do with them, such as with two where it needs one. */
export function complete(
  { vars }: Pick<PhaseRequest, "vars">,
  prepared: Prepared,
  fixed: FixedHosts,
  notes: readonly string[],
): Prepared {
  const { runbook } = prepared;
  const inventory = completeInventory(prepared.inventory, fixed.roles);
  const problems = validate(runbook, inventory, vars);
  if (problems.length > 0) throw new ConfigError(problems);
  const plan = completePlan(prepared.plan, runbook, inventory, vars);
  return { ...prepared, inventory, plan, fixed, notes: [...prepared.notes, ...notes] };
}
