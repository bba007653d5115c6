import { parseDuration } from "../config/duration.ts";
import type { Seconds } from "../config/duration.ts";
import type { Phase, Runbook, Step } from "../runbook/schema.ts";

/** What a step may take, in minutes, where it says nothing itself. */
const usualMinutes: Partial<Record<Step["kind"], number>> = {
  run: 60,
  eval: 2,
  control: 2,
  probe: 1,
  watch: 30,
};

/** No job of a phase gets less; a way back that is cut off would be worse than one that takes its time. */
const leastMinutes = { chain: 60, rollback: 180, reset: 180, restore: 30 } as const;

/** A phase ends itself at its `timeout`, and says so; GitHub's end of the job comes after that. */
const graceMinutes = 15;

/**
 * How long the job of a phase may take. Without a `timeout` of the phase it is what the steps may take by their
 * own limits, with a tenth to spare, in whole hours. How many hosts there are is the inventory's: what goes from
 * host to host is counted for two.
 */
export function minutesOf(phase: Phase, runbook: Runbook): number {
  const limit = minutes(phase.timeoutSeconds, runbook);
  if (limit !== undefined) return Math.ceil(limit) + graceMinutes;
  const steps = phase.steps.map((step) => stepMinutes(step, runbook));
  const wanted = steps.reduce((sum, one) => sum + one, 0) * 1.1;
  const least = leastMinutes[phase.dispatched ?? "chain"];
  return wanted <= least ? least : Math.ceil(wanted / 60) * 60;
}

function stepMinutes(step: Step, runbook: Runbook): number {
  const own = minutes(step.timeoutSeconds, runbook);
  const usual = own ?? usualMinutes[step.kind] ?? 1;
  if (step.kind === "watch") return own ?? minutesOfWatch(step.forSeconds) ?? usual;
  return step.kind === "run" && step.order.kind !== "parallel" ? usual * 2 : usual;
}

/** A watch whose length is a variable is as long as an inventory says, so no default of it counts. */
function minutesOfWatch(seconds: Seconds | undefined): number | undefined {
  return typeof seconds === "number" ? seconds / 60 : undefined;
}

/** A limit that is a variable counts by the runbook's default of it. */
function minutes(seconds: Seconds | undefined, { vars }: Runbook): number | undefined {
  if (seconds === undefined) return undefined;
  if (typeof seconds === "number") return seconds / 60;
  const preset = vars[/^\$\{(.*)\}$/.exec(seconds)?.[1] ?? ""];
  const known = typeof preset === "string" ? parseDuration(preset) : undefined;
  return known === undefined ? undefined : known / 60;
}
