import { problemAt } from "../config/check-shape.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { checkExercises } from "./check-exercises.ts";
import { checkOrder } from "./check-order.ts";
import { checkProofs } from "./check-proofs.ts";
import { stepsOf } from "./mentions.ts";
import type { PlacedStep } from "./mentions.ts";
import type { Phase, Runbook } from "./schema.ts";

const reservedPhases = ["plan", "resolve", "evidence"];

/** Finds what is wrong between the parts of a runbook: ids, rounds, downtime, order and missing proofs. */
export function checkStructure(runbook: Runbook, source: Source): readonly Problem[] {
  const steps = stepsOf(runbook);
  return [
    ...phaseIds(runbook.phases, source),
    ...stepIds(steps, source),
    ...rounds(runbook.phases, source),
    ...downtime(runbook.phases, steps, source),
    ...budget(runbook, steps, source),
    ...chefServer(runbook, steps, source),
    ...checkOrder(runbook, steps, source),
    ...checkExercises(steps, source),
    ...checkProofs(steps, source),
  ];
}

function phaseIds(phases: readonly Phase[], source: Source): readonly Problem[] {
  return phases.flatMap(({ id, dispatched }, index) => {
    const path = ["phases", index, "id"];
    if (reservedPhases.includes(id))
      return [problemAt(source, path, `\`${id}\` is a reserved phase name`)];
    const first = phases.findIndex((phase) => phase.id === id);
    if (first !== index)
      return [problemAt(source, path, twice("phase", id, source.at(["phases", first, "id"]).line))];
    const same = phases.findIndex(
      (phase) => dispatched !== undefined && phase.dispatched === dispatched,
    );
    if (dispatched === undefined || same === index) return [];
    return [
      problemAt(
        source,
        ["phases", index, "dispatched"],
        `another phase is already the ${dispatched}`,
      ),
    ];
  });
}

function stepIds(steps: readonly PlacedStep[], source: Source): readonly Problem[] {
  return steps.flatMap(({ step, path }, index) => {
    const first = steps.findIndex((other) => other.step.id === step.id);
    const other = steps[first];
    if (first === index || other === undefined) return [];
    return [
      problemAt(
        source,
        [...path, "id"],
        twice("step", step.id, source.at([...other.path, "id"]).line),
      ),
    ];
  });
}

function twice(what: string, id: string, line: number): string {
  return `${what} \`${id}\` is already declared in line ${line}`;
}

function rounds(phases: readonly Phase[], source: Source): readonly Problem[] {
  const chain = phases
    .map((phase, index) => ({ phase, index }))
    .filter(({ phase }) => phase.dispatched === undefined);
  const last = chain.at(-1)?.index;
  if (!chain.some(({ phase }) => phase.round === "opens")) {
    return [
      problemAt(
        source,
        ["phases", chain[0]?.index ?? 0],
        "the first phase has to open the round (`round: opens`)",
      ),
    ];
  }
  return phases.flatMap(({ round, dispatched }, index) => {
    const path = ["phases", index, "round"];
    if (round === "opens" && (dispatched !== undefined || index !== chain[0]?.index)) {
      return [problemAt(source, path, "only the first phase of the chain opens the round")];
    }
    if (round !== undefined && dispatched === "restore") {
      return [problemAt(source, path, "what restores works in a round that is closed already")];
    }
    if (round === "closes" && dispatched === undefined && index !== last) {
      return [problemAt(source, path, "only the last phase of the chain closes the round")];
    }
    return [];
  });
}

/** A budget without a downtime would promise a stop that never comes. */
function budget(
  runbook: Runbook,
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  if (runbook.downtime === undefined) return [];
  const starts = steps.some(
    ({ step, phase }) =>
      step.downtime === "starts" && runbook.phases[phase]?.dispatched === undefined,
  );
  if (starts) return [];
  const message = "a budget for a downtime that no step of the chain starts (`downtime: starts`)";
  return [problemAt(source, ["downtime", "budget"], message)];
}

function chefServer(
  { chef }: Runbook,
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  if (chef !== undefined) return [];
  return steps
    .filter(({ step }) => step.kind === "databag" || step.kind === "databag-read")
    .map(({ step, path }) =>
      problemAt(
        source,
        [...path, step.kind],
        "a data bag is on a Chef server, and the runbook names none (`chef: { url, client, key }`)",
      ),
    );
}

function downtime(
  phases: readonly Phase[],
  steps: readonly PlacedStep[],
  source: Source,
): readonly Problem[] {
  const chain = steps.filter(({ phase }) => phases[phase]?.dispatched === undefined);
  const starts = chain.filter(({ step }) => step.downtime === "starts");
  const ends = chain.filter(({ step }) => step.downtime === "ends");
  const at = ({ path }: PlacedStep, message: string) =>
    problemAt(source, [...path, "downtime"], message);
  const [start, ...moreStarts] = starts;
  const [end, ...moreEnds] = ends;
  const problems = [
    ...moreStarts.map((one) => at(one, `downtime already starts at \`${start?.step.id}\``)),
    ...moreEnds.map((one) => at(one, `downtime already ends at \`${end?.step.id}\``)),
  ];
  if (end !== undefined && start === undefined)
    problems.push(at(end, "downtime ends here but starts nowhere"));
  if (start !== undefined && end === undefined)
    problems.push(at(start, "downtime starts here but ends nowhere"));
  if (start !== undefined && end !== undefined && chain.indexOf(end) < chain.indexOf(start)) {
    problems.push(at(end, `downtime ends before it starts at \`${start.step.id}\``));
  }
  return problems;
}
