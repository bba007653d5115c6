import { assert, type AssertSpec } from "./assert.ts";
import { control, type ControlSpec } from "./control.ts";
import { databag, type DatabagSpec } from "./databag.ts";
import { evaluate, type EvalSpec } from "./eval.ts";
import { exercise, type ExerciseSpec } from "./exercise.ts";
import { gate, type GateSpec } from "./gate.ts";
import { idle, type IdleSpec } from "./idle.ts";
import { loss, type LossSpec } from "./loss.ts";
import { probe, type ProbeSpec } from "./probe.ts";
import { reading, type ReadingSpec } from "./reading.ts";
import { readItem, type ReadItemSpec } from "./read-item.ts";
import { reconcile, type ReconcileSpec } from "./reconcile.ts";
import { restores, type RestoreSpec } from "./restore.ts";
import { run, type RunSpec } from "./run.ts";
import { snapshot, type SnapshotSpec } from "./snapshot.ts";
import type { StepKind } from "./step-kind.ts";
import { watch, type WatchSpec } from "./watch.ts";

/** What one unit of a step does, resolved: the kind and its own data. */
export type Unit =
  | { readonly kind: "run"; readonly spec: RunSpec }
  | { readonly kind: "assert"; readonly spec: AssertSpec }
  | { readonly kind: "reading"; readonly spec: ReadingSpec }
  | { readonly kind: "eval"; readonly spec: EvalSpec }
  | { readonly kind: "control"; readonly spec: ControlSpec }
  | { readonly kind: "databag"; readonly spec: DatabagSpec }
  | { readonly kind: "databag-read"; readonly spec: ReadItemSpec }
  | { readonly kind: "restores"; readonly spec: RestoreSpec }
  | { readonly kind: "probe"; readonly spec: ProbeSpec }
  | { readonly kind: "exercise"; readonly spec: ExerciseSpec }
  | { readonly kind: "watch"; readonly spec: WatchSpec }
  | { readonly kind: "reconcile"; readonly spec: ReconcileSpec }
  | { readonly kind: "gate"; readonly spec: GateSpec }
  | { readonly kind: "snapshot"; readonly spec: SnapshotSpec }
  | { readonly kind: "idle"; readonly spec: IdleSpec }
  | { readonly kind: "loss"; readonly spec: LossSpec };

type SpecOf<Kind extends Unit["kind"]> = Extract<Unit, { kind: Kind }>["spec"];

/** Every kind of step. To add one: its file, and a line here. */
const kinds: { readonly [Kind in Unit["kind"]]: StepKind<SpecOf<Kind>> } = {
  run,
  assert,
  reading,
  eval: evaluate,
  control,
  databag,
  "databag-read": readItem,
  restores,
  probe,
  exercise,
  watch,
  reconcile,
  gate,
  snapshot,
  idle,
  loss,
};

/** The kind of a unit; the union guarantees that spec and kind belong together. */
export function kindOf(unit: Unit): StepKind<unknown> {
  return kinds[unit.kind];
}
