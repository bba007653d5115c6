import type { Actor, Event } from "../journal/event.ts";
import type { Plan } from "../plan/plan.ts";
import type { VariableValue } from "../runbook/schema.ts";
import type { Clock } from "./clock.ts";
import type { Witness } from "./witness.ts";
import type { KnownDurations, PhaseEnd } from "./execute-phase.ts";

/** What is asked for, wherever it comes from: an action's inputs or a terminal's arguments. */
export interface PhaseRequest {
  readonly phase: string;
  readonly environment: string;
  readonly runbookFile: string;
  readonly inventoryFile: string;
  readonly vars: Readonly<Record<string, VariableValue>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly planDigest: string | undefined;
  readonly sshPrivateKey: string | undefined;
  readonly sshPassphrase: string | undefined;
  readonly sshAgent: string | undefined;
  readonly knownHosts: string;
  readonly acceptDataLoss: number | undefined;
  readonly keep503: boolean;
  readonly reason: string | undefined;
  readonly actor: Actor;
  /** Where the runner keeps its copy of the journal; a terminal that only rules keeps none. */
  readonly copyFile: string | undefined;
  readonly signal: AbortSignal;
  /** Who can ask GitHub; nobody can in a terminal. */
  readonly witness?: Witness | undefined;
  /** What the steps took in an environment that was rehearsed, from its evidence. */
  readonly durations?: KnownDurations | undefined;
  /** The machine's clock unless a test has another. */
  readonly clock?: Clock;
}

/** Who watches while it happens. */
export interface PhaseWatcher {
  planned(plan: Plan): void;
  event(event: Event): void;
  say(line: string): void;
}

/** What is left when it is over; `events` is the whole journal, empty when it could not be read. */
export interface PhaseReport extends PhaseEnd {
  readonly plan: Plan | undefined;
  readonly events: readonly Event[];
  readonly journalHead: string;
  /** The runner's copy of the journal that was written; undefined when there is none. */
  readonly journalFile?: string | undefined;
}

/** Why a phase did not even start; nothing was changed. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}
