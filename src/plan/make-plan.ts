import { nearest } from "../config/nearest.ts";
import type { Inventory } from "../inventory/schema.ts";
import type { Condition, Phase, Runbook, Step, VariableValue } from "../runbook/schema.ts";
import { kindOf } from "../steps/index.ts";
import type { Resources } from "../steps/resources.ts";
import { digest } from "./digest.ts";
import {
  PlanError,
  type Plan,
  type PlannedHost,
  type PlannedPhase,
  type PlannedStep,
  type PlannedUnit,
} from "./plan.ts";
import { planResources } from "./resources.ts";
import { bindRound, Resolver } from "./resolve.ts";
import { tellsOf } from "./tells.ts";
import { planUnits } from "./units.ts";

/** Resolves a runbook against an inventory. Pure: the same input gives the same plan on every machine. */
export function makePlan(
  runbook: Runbook,
  inventory: Inventory,
  inputVars: Readonly<Record<string, VariableValue>> = {},
): Plan {
  const resolver = new Resolver(runbook, inventory, inputVars);
  const resources = planResources(runbook, resolver);
  const body = {
    runbook: runbook.name,
    title: runbook.title,
    environment: inventory.environment,
    protected: inventory.protected,
    evidence: inventory.evidence,
    downtime: planDowntime(runbook, resolver),
    phases: runbook.phases.map((phase) => planPhase(phase, { inventory, resolver, resources })),
    resources,
    hosts: plannedHosts(inventory),
    ...plannedSearches(inventory, resources),
  };
  return {
    ...body,
    digest: digest(approved(body)),
    runbookDigest: digest(rehearsed(runbook, inventory, inputVars)),
  };
}

/** What evidence is bound to: the document with every value that decides what is done, whoever set it. */
function rehearsed(
  { file: _, ...content }: Runbook,
  { vars, hosts }: Inventory,
  inputVars: Readonly<Record<string, VariableValue>>,
) {
  const decides = (name: string): boolean => !content.perEnvironment.includes(name);
  const given = { ...content.vars, ...vars, ...inputVars };
  // A host's own value counts as one more value, whatever the host is called.
  const own = Object.values(hosts).flatMap((host) => Object.entries(host.vars));
  return {
    ...content,
    vars: Object.fromEntries(Object.entries(given).filter(([name]) => decides(name))),
    own: [
      ...new Set(own.filter(([name]) => decides(name)).map((one) => JSON.stringify(one))),
    ].sort(),
  };
}

function planDowntime({ downtime }: Runbook, resolver: Resolver): Plan["downtime"] {
  return downtime && { budgetSeconds: resolver.seconds(downtime.budgetSeconds) };
}

/** What an approval is bound to: everything that will be done, without what only helps a person to look. */
function approved<Of extends Pick<Plan, "phases">>(plan: Of) {
  const done = ({ tells: _, onRefusal, ...step }: PlannedStep): object => ({
    ...step,
    onRefusal: onRefusal.map(done),
  });
  const phases = plan.phases.map((phase) => ({ ...phase, steps: phase.steps.map(done) }));
  return { ...plan, phases };
}

/** The plan of an inventory that has the hosts now; what was approved of it, and its digest, is the plan before. */
export function completePlan(
  approved: Plan,
  runbook: Runbook,
  inventory: Inventory,
  inputVars: Readonly<Record<string, VariableValue>>,
): Plan {
  return { ...makePlan(runbook, inventory, inputVars), digest: approved.digest };
}

/** A phase of the plan by its id. */
export function phaseOf(plan: Plan, id: string): PlannedPhase {
  const phase = plan.phases.find((one) => one.id === id);
  if (phase !== undefined) return phase;
  const ids = plan.phases.map((one) => one.id);
  const near = nearest(id, ids);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new PlanError(`there is no phase ${id}${meant} There are ${ids.join(", ")}`);
}

/** The phases of the chain, in order; the others are dispatched on their own. */
export function chainOf(plan: Plan): readonly PlannedPhase[] {
  return plan.phases.filter((phase) => phase.dispatched === undefined);
}

function plannedHosts(inventory: Inventory): Record<string, PlannedHost> {
  return Object.fromEntries(
    Object.entries(inventory.hosts).map(([name, { address, port, user, jump }]) => [
      name,
      { name, address, port, user, jump },
    ]),
  );
}

/** Part of what is approved: who is asked what, and what a host that is named would have of its own. */
function plannedSearches(
  { searches, hosts }: Inventory,
  { chef }: Resources,
): Pick<Plan, "searches" | "ownVariables"> {
  if (Object.keys(searches).length === 0) return { searches: undefined, ownVariables: undefined };
  const server = chef?.url ?? "";
  const own = Object.entries(hosts).filter(([, { vars }]) => Object.keys(vars).length > 0);
  return {
    searches: Object.fromEntries(
      Object.entries(searches).map(([role, { search, address, port, user, jump }]) => [
        role,
        { server, query: search, address, port, user, jump },
      ]),
    ),
    ownVariables: Object.fromEntries(own.map(([name, { vars }]) => [name, vars])),
  };
}

interface Surroundings {
  readonly inventory: Inventory;
  readonly resolver: Resolver;
  readonly resources: Resources;
}

function planPhase(phase: Phase, around: Surroundings): PlannedPhase {
  return {
    id: phase.id,
    title: phase.title,
    round: phase.round,
    dispatched: phase.dispatched,
    timeoutSeconds:
      phase.timeoutSeconds === undefined
        ? undefined
        : around.resolver.seconds(phase.timeoutSeconds),
    steps: phase.steps.map((step) => planStep(step, around)),
  };
}

function planStep(step: Step, around: Surroundings): PlannedStep {
  const { inventory, resolver, resources } = around;
  const units = planUnits(step, resolver, resources.consoles);
  return {
    id: step.id,
    title: step.title,
    kind: step.kind,
    units,
    batch: batchOf(step, units.length),
    ...shareOf(step, units),
    when: step.when?.map((one) => ({ ...one, says: sayCondition(one) })),
    until: step.until,
    timeoutSeconds:
      step.timeoutSeconds === undefined ? undefined : resolver.seconds(step.timeoutSeconds),
    required: step.required,
    repeatable: step.repeatable || step.kind === "control",
    downtime: step.downtime,
    pointOfNoReturn: step.pointOfNoReturn,
    onPartial: step.onPartial ?? { kind: again.has(step.kind) ? "apply" : "ask" },
    next: step.next,
    onRefusal: (step.onRefusal ?? []).map((one) => planStep(one, around)),
    tells: tellsOf(units, resources, inventory),
    describe: describeUnits(units, resources),
  };
}

/** A snapshot that is not whole is none, and is taken again; what an exercise left is removed before it begins anew. */
const again = new Set<Step["kind"]>(["snapshot", "exercise"]);

function sayCondition(condition: Condition): string {
  switch (condition.kind) {
    case "input":
      return `${condition.input} is ${String(condition.is)}`;
    case "protected":
      return `the environment is ${condition.is ? "" : "not "}protected`;
    case "secret":
      return `secret ${condition.secret} is given`;
  }
}

/** Lines that are the same on every host stand once; the others say which host they are for. */
function describeUnits(units: readonly PlannedUnit[], resources: Resources): readonly string[] {
  const byHost = units.map(({ host, unit }) => ({
    host,
    lines: bindRound(kindOf(unit).describe(unit.spec, resources), "<round>"),
  }));
  const [first] = byHost;
  const same = (line: string): boolean => byHost.every(({ lines }) => lines.includes(line));
  const shared = (first?.lines ?? []).filter(same);
  const own = byHost.flatMap(({ host, lines }) =>
    lines.filter((line) => !same(line)).map((line) => `${host ?? ""}: ${line}`),
  );
  return [...own, ...shared];
}

function shareOf(step: Step, units: readonly PlannedUnit[]): { readonly batchPercent?: number } {
  if (step.kind !== "run" && step.kind !== "assert") return {};
  if (step.order.kind !== "rolling" || !("percent" in step.order)) return {};
  return units.some(({ role }) => role !== undefined) ? { batchPercent: step.order.percent } : {};
}

const parallelLimit = 50;

function batchOf(step: Step, hosts: number): number {
  if (step.kind !== "run" && step.kind !== "assert") return 1;
  switch (step.order.kind) {
    case "serial":
      return 1;
    case "parallel":
      return step.limit ?? parallelLimit;
    case "rolling":
      if ("hosts" in step.order) return step.order.hosts;
      return Math.max(1, Math.floor((hosts * step.order.percent) / 100));
  }
}
