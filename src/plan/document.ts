import type { Inventory } from "../inventory/schema.ts";
import { commentAbove } from "../runbook/load-runbook.ts";
import { mentionsOf } from "../runbook/mentions.ts";
import type { Phase, Runbook, Step, VariableValue } from "../runbook/schema.ts";
import { tellBySides } from "../steps/tell.ts";
import { makePlan } from "./make-plan.ts";
import type { Plan, PlannedPhase, PlannedStep } from "./plan.ts";

/** A runbook as it reads without an environment: roles stand where hosts would, defaults where values would. */
export interface RunbookDocument {
  readonly runbook: Runbook;
  readonly roles: readonly DocumentedRole[];
  readonly downtime: Plan["downtime"];
  readonly phases: readonly DocumentedPhase[];
  /** What steps refer to by name and do not say themselves. */
  readonly references: readonly DocumentedReference[];
}

/** A role that an inventory has to have, and what must be on one host of it. */
export interface DocumentedRole {
  readonly name: string;
  readonly oneHostFor: readonly string[];
}

export type DocumentedPhase = Omit<PlannedPhase, "steps"> & {
  /** What the author wrote above it. */
  readonly comment: readonly string[];
  readonly steps: readonly DocumentedStep[];
};

export type DocumentedStep = Omit<PlannedStep, "units" | "onRefusal"> & {
  readonly comment: readonly string[];
  readonly where: Where;
  readonly onRefusal: readonly DocumentedStep[];
};

/** The hosts that a step is about, by role. */
export interface Where {
  readonly roles: readonly string[];
  readonly console?: string;
  /** How they are taken, for kinds that take one host after another. */
  readonly order?: string;
}

export interface DocumentedReference {
  readonly kind: string;
  readonly name: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Resolves a runbook against nothing but its own defaults; what only an environment knows stands as `<name>`. */
export function documentOf(
  runbook: Runbook,
  vars: Readonly<Record<string, VariableValue>> = {},
): RunbookDocument {
  const roles = rolesOf(runbook);
  const names = roles.map(({ name }) => name);
  const plan = makePlan(runbook, anyInventory(runbook, names), vars);
  const single = roles.filter(({ oneHostFor }) => oneHostFor.length > 0);
  const around = { runbook, single: new Set(single.map(({ name }) => name)) };
  return {
    runbook,
    roles,
    downtime: plan.downtime,
    phases: runbook.phases.map((phase, index) => documentPhase(phase, plan.phases[index], around)),
    references: referencesOf(plan),
  };
}

interface Around {
  readonly runbook: Runbook;
  /** Roles that have one host: nothing has an order there. */
  readonly single: ReadonlySet<string>;
}

function rolesOf(runbook: Runbook): DocumentedRole[] {
  const roles = new Map<string, Set<string>>();
  for (const mention of mentionsOf(runbook)) {
    if (mention.kind !== "role" && mention.kind !== "single-role") continue;
    const purposes = roles.get(mention.value) ?? new Set();
    roles.set(mention.value, purposes);
    if (mention.kind === "single-role") purposes.add(mention.purpose);
  }
  return [...roles].map(([name, purposes]) => ({ name, oneHostFor: [...purposes] }));
}

/** An inventory in which each role is its only host. */
function anyInventory({ vars, file }: Runbook, roles: readonly string[]): Inventory {
  const host = { address: "", port: 22, user: "", vars: {} };
  const open = Object.entries(vars).filter(([, value]) => value === null);
  return {
    environment: "<environment>",
    protected: true,
    journal: { directory: "" },
    stateDirectory: "",
    hosts: Object.fromEntries(roles.map((role) => [role, host])),
    roles: Object.fromEntries(roles.map((role) => [role, [role]])),
    searches: {},
    vars: Object.fromEntries(open.map(([name]) => [name, `<${name}>`])),
    file,
  };
}

function documentPhase(
  phase: Phase,
  planned: PlannedPhase | undefined,
  around: Around,
): DocumentedPhase {
  if (planned === undefined) throw new Error("the plan has another number of phases");
  const steps = documentSteps(phase.steps, planned.steps, around);
  return { ...planned, comment: commentAbove(phase), steps };
}

function documentSteps(
  steps: readonly Step[],
  planned: readonly PlannedStep[],
  around: Around,
): DocumentedStep[] {
  return planned.flatMap(({ units: _, onRefusal, ...step }, index) => {
    const declared = steps[index];
    if (declared === undefined) return [];
    const { repeatable } = declared;
    const cleanUp = documentSteps(declared.onRefusal ?? [], onRefusal, around);
    const where = whereOf(declared, around);
    const comment = commentAbove(declared);
    return [{ ...step, repeatable, comment, where, onRefusal: cleanUp }];
  });
}

function whereOf(step: Step, { runbook, single }: Around): Where {
  const { consoles, logs, readings } = runbook;
  switch (step.kind) {
    case "run":
    case "assert": {
      const alone = step.on.length === 1 && step.on.every((role) => single.has(role));
      return { roles: step.on, ...(alone ? {} : { order: sayOrder(step.order) }) };
    }
    case "snapshot":
    case "loss":
    case "probe":
    case "exercise":
      return { roles: step.on };
    case "eval":
    case "control":
    case "idle": {
      const role = consoles[step.console]?.on;
      return { roles: role === undefined ? [] : [role], console: step.console };
    }
    case "watch":
      return { roles: logs[step.watch]?.on ?? [] };
    case "reading":
      return { roles: readings[step.reading]?.on ?? [] };
    case "databag":
    case "databag-read":
    case "restores":
    case "reconcile":
    case "gate":
      return { roles: [] };
  }
}

function sayOrder(order: Extract<Step, { kind: "run" }>["order"]): string {
  switch (order.kind) {
    case "serial":
      return "one after the other";
    case "parallel":
      return "all at once";
    case "rolling":
      return "hosts" in order ? `${order.hosts} at once` : `${order.percent} % of them at once`;
  }
}

/** Logs, consoles, jobs and comparisons, as a person would look at them by hand. */
function referencesOf({ resources }: Plan): DocumentedReference[] {
  const { consoles, logs, polls, reconciliations } = resources;
  return [
    ...Object.values(consoles).map(({ name, host, directory, ...one }) => ({
      kind: "console",
      name,
      title: `on ${host}, in ${directory}, node ${one.node}`,
      lines: [
        `start:  ${one.start}`,
        `attach: ${one.attach}`,
        `ping:   ${one.ping}`,
        `stop:   ${one.stop}`,
        ...one.ready.map((ready) => `ready when ${ready.eval} gives ${ready.expect}`),
      ],
    })),
    ...Object.values(logs).map(({ name, on, entry }) => ({
      kind: "log",
      name,
      title: `on ${on.map(({ host }) => host).join(", ")}`,
      lines: [...new Set(on.map(({ files }) => files)), `an entry is ${entry}`],
    })),
    ...Object.values(polls).map((poll) => ({
      kind: "poll",
      name: poll.name,
      title: `asked every ${poll.everySeconds} s`,
      lines: [
        poll.status,
        `idle when ${sayStates([poll.idle])}`,
        `busy when ${sayStates(poll.busy)}`,
        `done when ${sayStates([poll.done])}`,
        ...(poll.stalled === undefined
          ? []
          : [
              `stalled when ${sayStates([poll.stalled.when])} ${poll.stalled.times} times; then ${poll.stalled.free}`,
            ]),
      ],
    })),
    ...Object.values(reconciliations).map(({ name, title, failures }) => ({
      kind: "comparison",
      name,
      title: `of ${title}; its failures: ${failures.length === 0 ? "none" : failures.join(", ")}`,
      lines: (["source", "dets", "sql"] as const).flatMap((side) =>
        tellBySides(name, [side], resources).map(
          ({ host, console, line }) =>
            `${side}, ${console === undefined ? "" : `in console ${console} `}on ${host}: ${line}`,
        ),
      ),
    })),
  ];
}

function sayStates(states: readonly Readonly<Record<string, string>>[]): string {
  return states
    .map((state) =>
      Object.entries(state)
        .map(([name, value]) => `${name} is ${value}`)
        .join(" and "),
    )
    .join(", or ");
}
