import type { Outcome } from "../journal/event.ts";
import type { JournalState } from "../journal/replay.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase, PlannedStep } from "../plan/plan.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import type { PhaseRun, StepEnd } from "./run-step.ts";
import type { PhaseDeadline } from "./step-context.ts";

/** The end of a phase that was cancelled between two steps. */
export function cancelledBefore(step: PlannedStep, run: PhaseRun): PhaseEnd {
  const { deadline } = run.surroundings;
  if (deadline?.passed() === true) {
    return {
      outcome: run.mutated() ? "failed" : "refused",
      sentence: `${run.phase.id} › the phase's deadline of ${deadline.seconds} s passed before "${step.title}"`,
      next: `re-run phase ${run.phase.id}: it goes on with what is left; if it needs longer, give it a longer \`timeout\` in the runbook`,
    };
  }
  return {
    outcome: "cancelled",
    sentence: `${run.phase.id} › cancelled before "${step.title}"`,
    next: `re-run phase ${run.phase.id}: it goes on with what is left`,
  };
}

/** The end of a phase that was cancelled before it wrote a word. */
export function cancelledAtTheStart(
  { id }: Pick<PlannedPhase, "id">,
  deadline: PhaseDeadline | undefined,
): PhaseEnd {
  const next = `re-run phase ${id}: nothing was begun`;
  return deadline?.passed() === true
    ? {
        outcome: "refused",
        sentence: `${id}: the phase's deadline of ${deadline.seconds} s passed before it began`,
        next,
      }
    : { outcome: "cancelled", sentence: `${id}: cancelled before it began`, next };
}

/** The end of a phase at a step that did not end well: what, where, what is done, what next. */
export function stoppedAt(step: PlannedStep, run: PhaseRun, end: StepEnd): PhaseEnd {
  const done = run.phase.steps
    .slice(0, run.phase.steps.indexOf(step))
    .filter((one) => run.state().step(run.phase.id, one.id).done).length;
  const completed = done === 0 ? "" : ` Completed: ${done} of ${run.phase.steps.length} steps.`;
  const outcome =
    end.outcome === "refused" && run.mutated() && step.onRefusal.length === 0
      ? "failed"
      : end.outcome;
  return {
    outcome,
    sentence: `${run.phase.id} › "${step.title}" ${end.outcome}: ${end.detail}.${completed}`,
    next: end.next ?? wayOn(run.phase, step, outcome),
  };
}

function wayOn(phase: PlannedPhase, step: PlannedStep, outcome: Outcome): string {
  switch (outcome) {
    case "unknown":
      return `find out whether it was done (the summary has the commands that tell), then re-run phase ${phase.id}: it checks before it does anything. If it cannot tell even then, rule on ${phase.id}/${step.id} with resolve`;
    case "cancelled":
      return `re-run phase ${phase.id}: it goes on with what is left`;
    default:
      return `repair what it names, then re-run phase ${phase.id}; or dispatch the rollback`;
  }
}

/** The end of a phase that came through: what approving the next one will do, and the way back. */
export function finished(
  { plan, phase, state, leftUndone, skipped }: Finish,
  outcome: Outcome,
): PhaseEnd {
  const closes = phase.round === "closes" ? ` ${stateSentence(plan, state)}.` : "";
  const without = leftUndone.length === 0 ? "" : ` Went on without: ${leftUndone.join("; ")}.`;
  const sentence = `${phase.title}: done.${closes}${without}${saySkipped(skipped)}`;
  return { outcome, sentence, next: nextAfter(plan, phase) };
}

/** What a phase that came through has to tell. */
interface Finish {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly state: JournalState;
  /** Steps that may fail and did. */
  readonly leftUndone: readonly string[];
  /** Steps that were skipped for want of something, by what they want. */
  readonly skipped: ReadonlyMap<string, readonly string[]>;
}

function saySkipped(skipped: Finish["skipped"]): string {
  const said = [...skipped].map(([reason, titles]) => `${titles.join(", ")} (${reason})`);
  return said.length === 0 ? "" : ` Skipped: ${said.join("; ")}.`;
}

function nextAfter(plan: Plan, phase: PlannedPhase): string {
  const chain = chainOf(plan);
  const [first] = chain;
  if (phase.dispatched === "rollback") {
    const reset = plan.phases.find(({ dispatched }) => dispatched === "reset");
    const clean =
      reset === undefined ? "" : `dispatch ${reset.id} to delete what was migrated, then `;
    return `find out what went wrong; before the next round ${clean}start again with ${first?.id ?? "the first phase"}`;
  }
  if (phase.dispatched === "restore")
    return "converge the boxes when it is time: what was put back reaches them then";
  if (phase.dispatched === "reset")
    return `a new run starts again with ${first?.id ?? "the first phase"}`;
  const following = chain[chain.findIndex((one) => one.id === phase.id) + 1];
  if (following === undefined) return `nothing, the round is closed. ${wayBack(plan)}`;
  const clock = following.steps.flatMap((step) =>
    step.downtime === undefined ? [] : [`downtime ${step.downtime} with "${step.title}"`],
  );
  const what = clock.length === 0 ? "" : ` (${clock.join(", ")})`;
  return `approving ${following.id} will: ${following.title}${what}. ${wayBack(plan)}`;
}

function wayBack(plan: Plan): string {
  const rollback = plan.phases.find(({ dispatched }) => dispatched === "rollback");
  return rollback === undefined
    ? ""
    : `The way back: dispatch ${rollback.id} for ${plan.environment}`;
}

/** What the system is like when a round closes, from what was read last. */
export function stateSentence(plan: Plan, state: JournalState): string {
  const readings = Object.keys(plan.resources.readings).flatMap((name) => {
    const latest = state.latestReading(name);
    if (latest === undefined) return [];
    const values = Object.entries(latest.observation.values).map(
      ([key, value]) => `${key}=${value === "" ? "(unset)" : value}`,
    );
    return [`${latest.observation.title}: ${values.join(", ")}`];
  });
  return readings.length === 0 ? "nothing was read" : readings.join("; ");
}
