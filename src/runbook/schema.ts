import * as z from "zod";
import { duration } from "../config/duration.ts";
import type { Seconds } from "../config/duration.ts";
import { byKey, node, strict } from "../config/shape.ts";
import type { DeepReadonly } from "../config/shape.ts";
import { assertStep } from "./kinds/assert.ts";
import { controlStep } from "./kinds/control.ts";
import { databagReadStep, databagStep, restoreStep } from "./kinds/databag.ts";
import { evalStep } from "./kinds/eval.ts";
import { exerciseStep } from "./kinds/exercise.ts";
import { gateStep } from "./kinds/gate.ts";
import { idleStep } from "./kinds/idle.ts";
import { lossStep } from "./kinds/loss.ts";
import { probeStep } from "./kinds/probe.ts";
import { readingStep } from "./kinds/reading.ts";
import { reconcileStep } from "./kinds/reconcile.ts";
import { runStep } from "./kinds/run.ts";
import { snapshotStep } from "./kinds/snapshot.ts";
import { watchStep } from "./kinds/watch.ts";
import type { check, onPartial } from "./check.ts";
import { declarations } from "./declarations.ts";
import type {
  ChefDeclaration,
  ConsoleDeclaration,
  Log,
  Poll,
  Reading,
  Reconciliation,
  Reference,
  SecretDeclaration,
  SignerDeclaration,
  VariableValue,
} from "./declarations.ts";
import type { FailureRule } from "./failure-rule.ts";
import type { Condition } from "./step-fields.ts";
import * as part from "./parts.ts";

export type {
  ChefDeclaration,
  ConsoleDeclaration,
  Log,
  Poll,
  Reading,
  Reconciliation,
  SecretDeclaration,
  VariableValue,
} from "./declarations.ts";
export { failuresSchema } from "./failure-rule.ts";
export type { FailureRule } from "./failure-rule.ts";
export type { Condition } from "./step-fields.ts";

/** Every kind but `loss`: what may also stand in a refusal's clean-up. */
const undoKinds = {
  run: runStep,
  assert: assertStep,
  reading: readingStep,
  eval: evalStep,
  control: controlStep,
  databag: databagStep,
  "databag-read": databagReadStep,
  restores: restoreStep,
  probe: probeStep,
  exercise: exerciseStep,
  watch: watchStep,
  reconcile: reconcileStep,
  gate: gateStep,
  snapshot: snapshotStep,
  "poll-idle": idleStep,
};

const undoStep = byKey("clean-up step", undoKinds);

/** The kinds by the key that tells them apart. To add one: its file, and a line here. */
export const stepKinds = { ...undoKinds, loss: lossStep(undoStep) };

export const stepSchema = byKey("step", stepKinds);

const phaseSchema = strict({
  id: part.id,
  title: z.string().min(1).exactOptional(),
  round: z.enum(["opens", "closes"]).exactOptional(),
  dispatched: z.enum(["rollback", "reset", "restore"]).exactOptional(),
  timeout: duration.exactOptional(),
  steps: z.array(stepSchema).min(1),
}).transform(({ timeout, ...phase }) => ({
  ...phase,
  title: phase.title ?? phase.id,
  ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
}));

export const runbookSchema = strict({
  runbook: part.id,
  title: z.string().min(1).exactOptional(),
  ...declarations,
  failures: z.string().min(1).exactOptional(),
  /** How long writes may be refused in all before a person has to decide. */
  downtime: node({ budget: duration }).exactOptional(),
  phases: z.array(phaseSchema).min(1),
});

/** How a step asks whether it is done. A shell check of a `run` step inherits the step's hosts and environment. */
export type Check = DeepReadonly<z.output<typeof check>>;
export type OnPartial = DeepReadonly<z.output<typeof onPartial>>;
export type ShellQuestion = DeepReadonly<z.output<typeof part.shellQuestion>>;
export type Expectation = DeepReadonly<z.output<typeof part.expectation>>;
export type Question = DeepReadonly<z.output<typeof part.question>>;
export type Request = DeepReadonly<z.output<typeof part.request>>;
export type ProbeRequest = DeepReadonly<z.output<typeof part.probeRequest>>;
export type ExerciseRequest = DeepReadonly<z.output<typeof part.exerciseRequest>>;
export type Body = DeepReadonly<z.output<typeof part.body>>;

/** What can be asked of any step without knowing its kind. */
export interface StepBase {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  readonly repeatable: boolean;
  readonly pointOfNoReturn: boolean;
  readonly next?: string;
  readonly when?: readonly Condition[];
  /** Once that later step is done, this one counts as done too. */
  readonly until?: string;
  readonly timeoutSeconds?: Seconds;
  readonly downtime?: "starts" | "ends";
  readonly onPartial?: OnPartial;
  readonly check?: Check;
  readonly otherwise?: ShellQuestion;
  readonly onRefusal?: readonly Step[];
}

type StepOf<Schema extends z.ZodType> = StepBase &
  DeepReadonly<Omit<z.output<Schema>, keyof StepBase>>;

export type RunStep = StepOf<typeof runStep>;
export type AssertStep = StepOf<typeof assertStep>;
export type ReadingStep = StepOf<typeof readingStep>;
export type EvalStep = StepOf<typeof evalStep>;
export type ControlStep = StepOf<typeof controlStep>;
export type DatabagStep = StepOf<typeof databagStep>;
export type DatabagReadStep = StepOf<typeof databagReadStep>;
export type RestoreStep = StepOf<typeof restoreStep>;
export type ProbeStep = StepOf<typeof probeStep>;
export type ExerciseStep = StepOf<typeof exerciseStep>;
export type WatchStep = StepOf<typeof watchStep>;
export type ReconcileStep = StepOf<typeof reconcileStep>;
export type GateStep = StepOf<typeof gateStep>;
export type SnapshotStep = StepOf<typeof snapshotStep>;
export type IdleStep = StepOf<typeof idleStep>;
export type LossStep = StepOf<typeof stepKinds.loss>;

/** One act with its proof; `kind` tells which. */
export type Step =
  | RunStep
  | AssertStep
  | ReadingStep
  | EvalStep
  | ControlStep
  | DatabagStep
  | DatabagReadStep
  | RestoreStep
  | ProbeStep
  | ExerciseStep
  | WatchStep
  | ReconcileStep
  | GateStep
  | SnapshotStep
  | IdleStep
  | LossStep;

/** What one job runs and one approval covers. */
export interface Phase {
  readonly id: string;
  readonly title: string;
  readonly round?: "opens" | "closes";
  /** Not part of the chain: dispatched on its own. */
  readonly dispatched?: "rollback" | "reset" | "restore";
  readonly timeoutSeconds?: Seconds;
  readonly steps: readonly Step[];
}

/** The whole document, with its failure rules loaded. */
export interface Runbook {
  /** The runbook's name, as evidence and statuses use it. */
  readonly name: string;
  readonly title: string;
  /** Where it was loaded from. */
  readonly file: string;
  readonly vars: Readonly<Record<string, VariableValue | null>>;
  /** Variables that say where things are or how long to wait: they may differ from where it was rehearsed. */
  readonly perEnvironment: readonly string[];
  readonly secrets: Readonly<Record<string, SecretDeclaration>>;
  readonly logs: Readonly<Record<string, Log>>;
  readonly readings: Readonly<Record<string, Reading>>;
  readonly consoles: Readonly<Record<string, ConsoleDeclaration>>;
  readonly polls: Readonly<Record<string, Poll>>;
  readonly reconciliations: Readonly<Record<string, Reconciliation>>;
  readonly references: Readonly<Record<string, Reference>>;
  /** The Chef server that holds the data bags; undefined where no step needs one. */
  readonly chef?: ChefDeclaration;
  /** Who signs requests, by the name that requests give. */
  readonly signers: Readonly<Record<string, SignerDeclaration>>;
  readonly failureRules: readonly FailureRule[];
  /** How long the downtime may take in all; without it nothing is stopped for its time. */
  readonly downtime?: { readonly budgetSeconds: Seconds };
  readonly phases: readonly Phase[];
}
