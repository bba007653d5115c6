import type { OpenedStep } from "../journal/event.ts";
import type { Plan, PlannedStep } from "../plan/plan.ts";

/** The plan's steps as a round keeps them. */
export function openedSteps({ phases }: Plan): OpenedStep[] {
  return phases.flatMap((phase) =>
    phase.steps.map((step) => ({ phase: phase.id, step: step.id, lines: linesOf(step) })),
  );
}

/** What stands in the plan of a step, and what it depends on beside that. */
function linesOf(step: PlannedStep): string[] {
  const more = [
    ["title", step.title],
    ["when", step.when?.map(({ says }) => says).join(" and ")],
    ["until", step.until],
    ["timeout", step.timeoutSeconds === undefined ? undefined : `${step.timeoutSeconds} s`],
    ["required", step.required ? undefined : "false"],
    ["on-partial", step.onPartial.kind === "ask" ? undefined : step.onPartial.kind],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [...more, ...step.describe.flatMap((line) => line.split("\n"))];
}

/** One step that is not what it was when the round was opened. */
export interface ChangedStep {
  readonly phase: string;
  readonly step: string;
  readonly change: "changed" | "removed" | "added";
  /** Lines that are gone, and lines that are new, marked as a diff marks them. */
  readonly lines: readonly string[];
}

/** What differs between the plan with which a round was opened and the present one; in the plan's order. */
export function changedSteps(opened: readonly OpenedStep[], plan: Plan): readonly ChangedStep[] {
  if (opened.length === 0) return [];
  const present = openedSteps(plan);
  const gone = opened.filter((one) => find(present, one) === undefined);
  return [
    ...gone.map((one): ChangedStep => ({ ...nameOf(one), change: "removed", lines: [] })),
    ...present.flatMap((one) => changeOf(find(opened, one), one) ?? []),
  ];
}

function changeOf(before: OpenedStep | undefined, after: OpenedStep): ChangedStep | undefined {
  if (before === undefined) return { ...nameOf(after), change: "added", lines: added(after.lines) };
  const lost = before.lines.filter((line) => !after.lines.includes(line));
  const found = after.lines.filter((line) => !before.lines.includes(line));
  if (lost.length + found.length === 0) return undefined;
  const lines = [...lost.map((line) => `- ${line}`), ...added(found)];
  return { ...nameOf(after), change: "changed", lines };
}

function find(steps: readonly OpenedStep[], { phase, step }: OpenedStep): OpenedStep | undefined {
  return steps.find((one) => one.phase === phase && one.step === step);
}

function nameOf({ phase, step }: OpenedStep) {
  return { phase, step };
}

function added(lines: readonly string[]): string[] {
  return lines.map((line) => `+ ${line}`);
}
