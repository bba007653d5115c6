import { dirname, join } from "node:path";
import type * as z from "zod";
import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { ConfigError, throwIfAny } from "../config/problem.ts";
import type { Position, Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { checkReferences } from "./check-references.ts";
import { checkStructure } from "./check-structure.ts";
import { loadFailureRules } from "./failures.ts";
import { stepsOf } from "./mentions.ts";
import { runbookSchema } from "./schema.ts";
import type { FailureRule, Runbook } from "./schema.ts";

const sources = new WeakMap<Runbook, Source>();
const positions = new WeakMap<object, Position>();
const comments = new WeakMap<object, readonly string[]>();

/** How a runbook is loaded. */
export interface LoadOptions {
  /** True for what judges no failures: broken failure rules are then none. */
  readonly withoutRules?: boolean;
}

/** Loads a runbook with its failure rules; throws one `ConfigError` that lists everything that is wrong. */
export function loadRunbook(file: string, { withoutRules = false }: LoadOptions = {}): Runbook {
  const source = loadYaml(file);
  const parsed = checkShape(runbookSchema, source);
  const { rules, problems } = failureRules(parsed, file, source);
  const runbook = toRunbook(parsed, file, rules);
  const rulesLoaded = problems.length === 0;
  throwIfAny([
    ...(withoutRules ? [] : problems),
    ...checkStructure(runbook, source),
    ...checkReferences(runbook, source, rulesLoaded),
  ]);
  remember(runbook, source);
  return runbook;
}

/** Where the parts of a loaded runbook stand, for problems that are found later. */
export function runbookSource(runbook: Runbook): Source | undefined {
  return sources.get(runbook);
}

/** Where a phase or a step of a loaded runbook stands. */
export function positionOf(node: object): Position | undefined {
  return positions.get(node);
}

/** What the author wrote above a phase or a step of a loaded runbook, for those who read it. */
export function commentAbove(node: object): readonly string[] {
  return comments.get(node) ?? [];
}

function remember(runbook: Runbook, source: Source): void {
  sources.set(runbook, source);
  const phases = runbook.phases.map((phase, index) => [phase, ["phases", index]] as const);
  const steps = stepsOf(runbook).map(({ step, path }) => [step, path] as const);
  for (const [node, path] of [...phases, ...steps]) {
    positions.set(node, source.at(path));
    comments.set(node, source.commentAbove(path));
  }
}

function toRunbook(
  {
    runbook: name,
    failures: _,
    "per-environment": perEnvironment,
    ...parsed
  }: z.output<typeof runbookSchema>,
  file: string,
  failureRules: readonly FailureRule[],
): Runbook {
  return { ...parsed, perEnvironment, name, title: parsed.title ?? name, file, failureRules };
}

interface Rules {
  readonly rules: readonly FailureRule[];
  readonly problems: readonly Problem[];
}

/** A broken rules file must not hide what is wrong in the runbook itself. */
function failureRules(
  { failures: relative, references }: z.output<typeof runbookSchema>,
  file: string,
  source: Source,
): Rules {
  if (relative === undefined) return { rules: [], problems: [] };
  try {
    return {
      rules: loadFailureRules(join(dirname(file), relative), Object.keys(references)),
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const missing = error.problems.some(({ message }) => message === "there is no such file");
    const problems = missing
      ? [problemAt(source, ["failures"], `there is no file ${relative} beside the runbook`)]
      : error.problems;
    return { rules: [], problems };
  }
}
