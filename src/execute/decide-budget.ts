import type { Actor, EventBody } from "../journal/event.ts";
import { type JournalState, type Round, replay } from "../journal/replay.ts";
import { sayClock } from "../journal/say-clock.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { budgetOf } from "./downtime-budget.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { RefusedError, type PhaseWatcher } from "./request.ts";
import { downtimeStep } from "./ruling-word.ts";
import type { Session } from "./session.ts";

/** A person's decision that the downtime may take longer, or must not take so long. */
export interface BudgetDecision {
  readonly step: string;
  readonly ruling: { readonly budgetSeconds: number };
  readonly reason: string;
}

/** What a decision would be about: the round whose downtime runs, and how it stands. */
export interface RunningDowntime {
  readonly round: Round;
  readonly elapsedSeconds: number;
  readonly budgetSeconds: number;
  /** The phase that goes on afterwards. */
  readonly phase: string;
}

/** The downtime that runs in the open round, where the runbook gives it a budget; undefined otherwise. */
export function runningDowntime(
  plan: Plan,
  state: JournalState,
  now: Date,
): RunningDowntime | undefined {
  const { round } = state;
  const budgetSeconds = budgetOf(plan, state);
  const { running, seconds: elapsedSeconds } = state.downtime(now);
  if (round?.open !== true || !running || budgetSeconds === undefined) return undefined;
  const phase = chainOf(plan).find(({ id }) => !state.phase(id).done)?.id ?? "";
  return { round, elapsedSeconds, budgetSeconds, phase };
}

/** The downtime that a decision is about; refused where there is none, or where it leaves no time. */
export function downtimeMeant(
  { step, ruling: { budgetSeconds } }: BudgetDecision,
  plan: Plan,
  state: JournalState,
  now: Date,
): RunningDowntime {
  if (step !== downtimeStep)
    throw new RefusedError(
      `a budget is the downtime's, and not that of ${step}`,
      `give step ${downtimeStep} with ruling budget=DURATION`,
    );
  if (plan.downtime === undefined)
    throw new RefusedError(
      `${plan.runbook} gives its downtime no budget, so nothing is stopped by one`,
      "re-run the phase",
    );
  const running = runningDowntime(plan, state, now);
  if (running === undefined)
    throw new RefusedError(
      `no downtime runs in ${plan.environment}, so there is nothing to decide`,
      "give the next round's budget in the runbook or the inventory, where it is approved with the plan",
    );
  const { elapsedSeconds } = running;
  if (budgetSeconds <= elapsedSeconds)
    throw new RefusedError(
      `a budget of ${sayClock(budgetSeconds)} is spent already: writes are down for ${sayClock(elapsedSeconds)}`,
      "give the budget for the downtime in all, what has elapsed included; or dispatch the rollback",
    );
  return running;
}

/** Journals the decision; later phases of the round go by it. */
export async function decideBudget(
  decision: BudgetDecision,
  plan: Plan,
  actor: Actor,
  now: Date,
  journal: Session["journal"],
  watcher: PhaseWatcher,
): Promise<PhaseEnd> {
  const { reason, ruling } = decision;
  const meant = downtimeMeant(decision, plan, replay(journal.events), now);
  const { budgetSeconds: seconds } = ruling;
  journal.setRound(meant.round.id);
  const body: EventBody = { type: "downtime-budget", seconds, reason, by: actor.by };
  watcher.event(await journal.append({}, body));
  return {
    outcome: "succeeded",
    sentence: `resolve: ${actor.by} gave the downtime a budget of ${sayClock(seconds)}, of which ${sayClock(meant.elapsedSeconds)} are spent: ${reason}`,
    next: `re-run phase ${meant.phase}: it goes on from there`,
  };
}
