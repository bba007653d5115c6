import { problemAt } from "../config/check-shape.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import type { PlacedStep } from "./mentions.ts";
import type { EvalStep } from "./schema.ts";

/** A step that changes something must be able to say, read-only, whether it is done; otherwise nobody knows after a lost connection. */
export function checkProofs(steps: readonly PlacedStep[], source: Source): readonly Problem[] {
  return steps.flatMap((placed) => [...unproven(placed, source), ...unfitting(placed, source)]);
}

function unproven({ step, path }: PlacedStep, source: Source): readonly Problem[] {
  if (step.kind !== "run" && step.kind !== "eval") return [];
  const polled = step.kind === "eval" && step.poll !== undefined && step.reconciles !== undefined;
  if (step.check !== undefined || step.repeatable || polled) return [];
  const poll = step.kind === "eval" ? ", `poll` with `reconciles`," : "";
  const message = `step \`${step.id}\` changes something and nothing can tell whether it is done: give it a \`check\`${poll} or \`repeatable: true\``;
  return [problemAt(source, path, message)];
}

function unfitting({ step, path }: PlacedStep, source: Source): readonly Problem[] {
  const at = (key: string, message: string) => problemAt(source, [...path, key], message);
  const problems: Problem[] = [];
  const { check } = step;
  if (step.kind === "eval" && check?.kind === "shell" && check.on === undefined) {
    problems.push(
      at("check", "a shell check of an `eval` step needs `on`: a console has no role to inherit"),
    );
  }
  if (step.kind === "run" && (check?.kind === "eval" || check?.kind === "poll")) {
    problems.push(at("check", `a \`run\` step has no console for a check with \`${check.kind}\``));
  }
  if (step.kind === "eval") problems.push(...pollFields(step, at));
  if (
    step.onPartial !== undefined &&
    check === undefined &&
    (step.kind !== "eval" || step.poll === undefined)
  ) {
    problems.push(at("on-partial", "`on-partial` answers a `check`, and this step has none"));
  }
  return problems;
}

function pollFields(
  step: EvalStep,
  at: (key: string, message: string) => Problem,
): readonly Problem[] {
  if (step.poll === undefined && step.reconciles !== undefined) {
    return [
      at("reconciles", "`reconciles` says what a polled job moves, and this step has no `poll`"),
    ];
  }
  if (step.poll === undefined && step.log !== undefined) {
    return [at("log", "`log` is read for a polled job, and this step has no `poll`")];
  }
  return [];
}
