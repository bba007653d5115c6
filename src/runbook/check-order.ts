import { problemAt } from "../config/check-shape.ts";
import { nearest } from "../config/nearest.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import type { PlacedStep } from "./mentions.ts";
import type { ProbeRequest, ProbeStep, Runbook } from "./schema.ts";

interface Reference {
  readonly name: string;
  readonly path: Path;
  /** What may be meant, in words and as a list of names. */
  readonly wanted: string;
  readonly candidates: readonly string[];
}

/** Every reference from step to step must lead to the right kind of step on the right side of it. */
export function checkOrder(
  runbook: Runbook,
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  const problems = steps.flatMap((placed) => {
    const scope = scopeOf(placed, steps, runbook);
    return [...references(placed, scope), ...probeReferences(placed, scope)].flatMap((one) =>
      resolve(one, steps, source),
    );
  });
  return [...problems, ...snapshotNames(steps, source), ...sameRequests(steps, source)];
}

interface Scope {
  /** Steps that have run before this one in a round. */
  readonly before: readonly PlacedStep[];
  readonly earlierInPhase: readonly PlacedStep[];
  readonly laterInPhase: readonly PlacedStep[];
}

/** A dispatched phase can come after every phase of the chain. */
function scopeOf(placed: PlacedStep, steps: readonly PlacedStep[], { phases }: Runbook): Scope {
  const index = steps.indexOf(placed);
  const dispatched = phases[placed.phase]?.dispatched !== undefined;
  const inChain = ({ phase }: PlacedStep) => phases[phase]?.dispatched === undefined;
  const samePhase = ({ phase }: PlacedStep) => phase === placed.phase;
  const earlier = steps.slice(0, index);
  return {
    before: dispatched
      ? steps.filter((one) => inChain(one) || (samePhase(one) && earlier.includes(one)))
      : earlier.filter(inChain),
    earlierInPhase: earlier.filter(samePhase),
    laterInPhase: steps.slice(index + 1).filter(samePhase),
  };
}

function ids(
  steps: readonly PlacedStep[],
  keep: (placed: PlacedStep) => boolean = () => true,
): readonly string[] {
  return steps.filter(keep).map(({ step }) => step.id);
}

function references({ step, path }: PlacedStep, scope: Scope): readonly Reference[] {
  const found: Reference[] = [];
  if (step.until !== undefined) {
    const candidates = ids(scope.laterInPhase);
    found.push({
      name: step.until,
      path: [...path, "until"],
      wanted: "a later step of the phase",
      candidates,
    });
  }
  if (step.onPartial?.kind === "redo-from") {
    const candidates = ids(scope.earlierInPhase);
    const wanted = "an earlier step of the phase";
    found.push({
      name: step.onPartial.step,
      path: [...path, "on-partial", "redo-from"],
      wanted,
      candidates,
    });
  }
  if (step.kind === "gate") {
    const candidates = ids(
      scope.before,
      (one) => one.step.kind === "reconcile" && one.step.verdict,
    );
    const wanted = "an earlier `reconcile` step with `verdict: true`";
    found.push({ name: step.gate, path: [...path, "gate"], wanted, candidates });
  }
  if (step.kind === "restores") {
    const candidates = ids(scope.before, (one) => one.step.kind === "databag");
    const wanted = "an earlier `databag` step";
    found.push({ name: step.restores, path: [...path, "restores"], wanted, candidates });
  }
  if (step.kind === "loss" && step.loss.kind === "since") {
    const candidates = scope.before.flatMap((one) =>
      one.step.kind === "snapshot" ? [one.step.snapshot] : [],
    );
    found.push({
      name: step.loss.since,
      path: [...path, "loss", "since"],
      wanted: "an earlier snapshot",
      candidates,
    });
  }
  return found;
}

function probeReferences({ step, path }: PlacedStep, scope: Scope): readonly Reference[] {
  if (step.kind !== "probe") return [];
  const candidates = ids(scope.before, (one) => one.step.kind === "probe" && one.step !== step);
  return step.probe.flatMap(({ expect }, index) =>
    expect.kind === "same-as"
      ? [
          {
            name: expect.step,
            path: [...path, "probe", index, "expect", "same-as"],
            wanted: "an earlier probe",
            candidates,
          },
        ]
      : [],
  );
}

function resolve(
  { name, path, wanted, candidates }: Reference,
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  if (candidates.includes(name)) return [];
  const exists = steps.some(({ step }) => step.id === name);
  const message = exists
    ? `\`${name}\` is not ${wanted}`
    : `\`${name}\` is unknown; wanted is ${wanted}`;
  return [problemAt(source, path, message, nearest(name, candidates))];
}

function snapshotNames(steps: readonly PlacedStep[], source: Source): readonly Problem[] {
  const names = steps.map(({ step }) => (step.kind === "snapshot" ? step.snapshot : undefined));
  return steps.flatMap(({ path }, index) => {
    const name = names[index];
    if (name === undefined || names.indexOf(name) === index) return [];
    return [
      problemAt(
        source,
        [...path, "snapshot"],
        `snapshot \`${name}\` is already taken by another step`,
      ),
    ];
  });
}

/** `same-as` compares the answer of one request with the earlier answer of the very same request. */
function sameRequests(steps: readonly PlacedStep[], source: Source): readonly Problem[] {
  return steps.flatMap(({ step, path }) =>
    step.kind === "probe" ? requestProblems(step, path, steps, source) : [],
  );
}

function requestProblems(
  step: ProbeStep,
  path: Path,
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  return step.probe.flatMap((request, index) => {
    const { expect } = request;
    if (expect.kind !== "same-as") return [];
    const earlier = steps.find((one) => one.step.id === expect.step)?.step;
    if (earlier?.kind !== "probe" || earlier.probe.some((one) => sameRequest(one, request)))
      return [];
    const signed = request.signed === undefined ? "" : `, signed by ${request.signed},`;
    const message = `\`${expect.step}\` sends no ${request.method} ${request.path}${signed} to compare with`;
    return [problemAt(source, [...path, "probe", index, "expect", "same-as"], message)];
  });
}

function sameRequest(left: ProbeRequest, right: ProbeRequest): boolean {
  return left.method === right.method && left.path === right.path && left.signed === right.signed;
}
