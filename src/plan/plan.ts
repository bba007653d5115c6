import type { Inventory } from "../inventory/schema.ts";
import type { Condition, OnPartial } from "../runbook/schema.ts";
import type { Resources } from "../steps/resources.ts";
import type { Unit } from "../steps/index.ts";

/** A runbook resolved against an inventory: exactly what will be done, on which hosts. Plain data. */
export interface Plan {
  readonly runbook: string;
  readonly title: string;
  readonly environment: string;
  readonly protected: boolean;
  /** What another environment must have proved before a round begins; undefined when nothing is asked. */
  readonly evidence: Inventory["evidence"];
  readonly phases: readonly PlannedPhase[];
  /** How long writes may be refused in all; undefined where the runbook sets no budget. */
  readonly downtime: { readonly budgetSeconds: number } | undefined;
  readonly resources: Resources;
  readonly hosts: Readonly<Record<string, PlannedHost>>;
  /** Role to how its hosts are found; undefined where the inventory names them all. */
  readonly searches: Readonly<Record<string, PlannedSearch>> | undefined;
  /** Variables of hosts of the inventory, which hold where such a host is found; undefined where nothing is searched. */
  readonly ownVariables: Readonly<Record<string, Inventory["hosts"][string]["vars"]>> | undefined;
  /** Everything that will be done, hosts included; what an approval is bound to. */
  readonly digest: string;
  /** The runbook, its failure rules and the given variables, without hosts: what evidence is bound to. */
  readonly runbookDigest: string;
}

export interface PlannedHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly jump: string | undefined;
}

/** How the phase that opens a round finds a role's hosts. */
export interface PlannedSearch {
  /** The Chef server's URL. */
  readonly server: string;
  readonly query: string;
  /** The attribute that has a node's address. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly jump: string | undefined;
}

export interface PlannedPhase {
  readonly id: string;
  readonly title: string;
  readonly round: "opens" | "closes" | undefined;
  /** Undefined in the chain; otherwise what this phase is dispatched for. */
  readonly dispatched: "rollback" | "reset" | "restore" | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly steps: readonly PlannedStep[];
}

/** A condition, and how it is said: `keep-503 is false`. */
export type PlannedCondition = Condition & { readonly says: string };

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly units: readonly PlannedUnit[];
  /** How many units are under way at once; 1 is serial, and nothing starts after a failure. */
  readonly batch: number;
  /** What the runbook gives as a share, in percent, as long as nobody knows of how many hosts. */
  readonly batchPercent?: number;
  /** All of it must hold, or the step is skipped. */
  readonly when: readonly PlannedCondition[] | undefined;
  readonly until: string | undefined;
  /** Its deadline, where the runbook gives one. */
  readonly timeoutSeconds: number | undefined;
  readonly required: boolean;
  readonly repeatable: boolean;
  readonly downtime: "starts" | "ends" | undefined;
  readonly pointOfNoReturn: boolean;
  readonly onPartial: OnPartial;
  /** What a person does when the step is refused. */
  readonly next: string | undefined;
  readonly onRefusal: readonly PlannedStep[];
  /** What a person can ask when nobody knows how it ended. */
  readonly tells: readonly Tell[];
  /** What an approver reads: commands with their environment, expectations, checks. */
  readonly describe: readonly string[];
}

/** A read-only question for a person, with the place to put it. */
export interface Tell {
  /** The host whose part of the step it tells of; undefined for a step that is one act as a whole. */
  readonly host: string | undefined;
  /** `on pgsql1 (ssh deploy@10.0.0.11)`. */
  readonly at: string;
  /** As it is typed there; `${round}` and `<attempt>` are known only when it is needed. */
  readonly line: string;
}

export interface PlannedUnit {
  /** Undefined for a step that is one act as a whole. */
  readonly host: string | undefined;
  readonly unit: Unit;
  /** The role whose hosts are not found yet: this unit stands for one on each of them. */
  readonly role?: string;
}

/** What cannot be resolved, with what to do; found before anything is connected. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}
