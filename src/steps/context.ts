import type { ChefClient } from "../chef/client.ts";
import type { ItemChange } from "../chef/item.ts";
import type { CheckState, Observation, Outcome, ProbeAnswer } from "../journal/event.ts";
import type { Connection } from "../transport/connection.ts";
import type { Console, NodeIdentity } from "../transport/console/console.ts";
import type { Resources } from "./resources.ts";
import type { Verdict } from "./verdict.ts";

/** What a step may use. Steps never know whether they run against a rehearsal's world or production. */
export interface StepContext {
  readonly resources: Resources;
  readonly phase: string;
  readonly step: string;
  /** Names this round in paths and job ids: letters, digits and dashes. */
  readonly round: string;
  readonly token: number;
  readonly protectedEnvironment: boolean;
  /** True when the environment's journal could not be read: what it would say of this round is not known. */
  readonly withoutJournal: boolean;
  readonly inputs: StepInputs;
  readonly baseline: readonly BaselineEntry[];
  readonly failureRules: readonly FailureRule[];
  readonly stateDirectory: string;
  readonly signal: AbortSignal;
  /** What the journal says of this step on this unit: whether it ended well in this round. */
  wasDone(): boolean;
  /** The newest verdict of a step in this round. */
  verdictOf(step: string):
    | {
        readonly good: boolean;
        readonly reasons: readonly string[];
        readonly next?: readonly string[] | undefined;
        readonly baselineDigest?: string | undefined;
      }
    | undefined;
  /** The answers that a probe step of this round got last. */
  probesOf(step: string): readonly ProbeAnswer[];
  /** How this step's last attempt on this unit ended in this round; undefined when none has ended. */
  lastOutcome(): Outcome | undefined;
  /** What a `databag` step set out to write, in the newest round in which it did; undefined when it never did. */
  wroteItem(step: string): ItemWrite | undefined;
  /** Whether a point of no return was sent in this round, by the journal. */
  passedPointOfNoReturn(): boolean;
  /** The node that this step saw last in this round. */
  nodeSeen(): NodeIdentity | undefined;
  /** How far an earlier run read the output of this attempt; undefined when it read nothing. */
  followed(attempt: number): FollowedSoFar | undefined;
  /** Every failure that a step of this round read from a log, in order. */
  failures(): readonly FailureObservation[];
  /** Jobs of this round that were sent and whose log was not read to their end. */
  unreadLogs(): readonly UnreadLog[];
  /** Of the known failures that count now. */
  readonly baselineDigest: string;
  connect(host: string): Promise<Connection>;
  /** The console that a step or another resource names. */
  console(name: string): Console;
  /** The runbook's Chef server; throws a `ChefError` where what is known of it cannot be used. */
  chef(): ChefClient;
  observe(observation: Observation, host?: string): Promise<void>;
  /** Journals a verdict. */
  conclude(verdict: Verdict): Promise<void>;
  /** A short line for the live log; not journaled. */
  say(line: string): void;
  secret(name: string): string | undefined;
  now(): Date;
  /** Waits, and ends early when the phase is cancelled. */
  sleep(seconds: number): Promise<void>;
}

/** Bytes of each stream up to the last whole line, and the last lines. */
export type FollowedSoFar = Omit<Extract<Observation, { kind: "followed" }>, "kind">;

export interface StepInputs {
  readonly acceptDataLoss: number | undefined;
  readonly keep503: boolean;
}

/** Values of a data bag's item before and after a step, of each pointer the latest. */
export interface ItemWrite {
  readonly bag: string;
  readonly item: string;
  readonly changes: readonly ItemChange[];
}

/** How many failures of a class are allowed: a number, or a share of the objects at the source. */
export type Allowance = number | { readonly percent: number };

export interface BaselineEntry {
  readonly class: string;
  /** Patterns of the reasons that are known; without them every reason of the class is. */
  readonly reasons?: readonly string[] | undefined;
  readonly why: string;
  readonly seen: string;
  readonly allowed: Allowance;
  readonly expires?: string | undefined;
  readonly acceptedBy?: string | undefined;
}

export interface FailureRule {
  readonly class: string;
  readonly level?: string | undefined;
  readonly match: string;
  readonly reason?: string | undefined;
  readonly object?: string | undefined;
  readonly benignUnless?:
    | {
        /** Group of the match to the reference whose keys must not hold it. */
        readonly atSource: Readonly<Record<string, string>>;
        readonly reason?: string | undefined;
        readonly class: string;
      }
    | undefined;
}

/** What a failed object refers to: name of the reference to the key in it. */
export type Refers = Readonly<Record<string, string>>;

/** What one attempt's part of a log said of failures; a long list of objects may come in several of these. */
export interface FailureObservation {
  /** Names the step and attempt that read it. */
  readonly attempt: string;
  readonly classes: Readonly<
    Record<
      string,
      {
        readonly count: number;
        readonly objects: readonly string[];
        readonly samples: readonly string[];
        readonly reasons?: Readonly<Record<string, number>> | undefined;
        /** Beside each object its reason; empty where none was read. */
        readonly causes?: readonly string[] | undefined;
        /** Beside each object what it refers to: reference to key. */
        readonly refers?: readonly Refers[] | undefined;
        /** Failures whose object the log did not name. */
        readonly nameless?:
          | readonly { readonly reason: string; readonly refers?: Refers | undefined }[]
          | undefined;
      }
    >
  >;
  readonly unclassified: number;
  readonly samples: readonly string[];
  readonly gap?: boolean | undefined;
  /** How many of the objects were in SQL when the attempt began. */
  readonly present?: number | undefined;
}

/** A job whose part of its log nobody has read, and where that part begins. */
export interface UnreadLog {
  readonly step: string;
  readonly log: string;
  readonly position: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What a read-only check found. */
export interface Check {
  readonly state: CheckState;
  readonly detail: string;
}

/** How an act ended. `not-met` is a read-only step whose condition does not hold: the engine calls it refused or failed. */
export interface Act {
  readonly outcome: Outcome | "not-met";
  readonly detail: string;
  readonly tail?: readonly string[];
  readonly next?: string;
  /** True while what was sent may not have ended: then nothing may be sent again, whatever a check says. */
  readonly underWay?: boolean;
  /** With `not-met`: the condition was looked at and does not hold, so what was prepared for it may be put back. */
  readonly weighed?: boolean;
}

/** A numbered attempt at a mutation, as the journal will know it. */
export interface Attempt {
  readonly number: number;
  readonly id: string;
  /** What the intent recorded, so that a later run can follow this attempt. */
  readonly resume: Readonly<Record<string, unknown>>;
  /** Another run has sent it, and this one only follows. */
  readonly resumed?: true;
}

/** What is written to the journal before a mutation is sent. */
export interface Intent {
  readonly act: string;
  readonly resume: Readonly<Record<string, unknown>>;
}
