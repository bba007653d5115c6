import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chain, type Fault, type MoverVersion, type WorldKind } from "./fault.ts";
import { judgeDone } from "./judge.ts";
import type { Scene } from "./scene.ts";
import { organizations, setScene } from "./set-scene.ts";
import type { Stages } from "./stages.ts";

export interface PlayOptions {
  readonly world: WorldKind;
  /** Where each job's files go. */
  readonly out: string;
  /** Used where a fault does not ask for a version of its own. */
  readonly moverVersion?: MoverVersion;
  readonly environment?: string;
  /** How far the chain goes when the fault is over: to its end, or only through the phase that was disturbed. */
  readonly through?: "chain" | "phase";
  /** Where the phases before a fault were done once for all plays; without it each play runs them itself. */
  readonly stages?: Stages;
  /** What the play does, one line at a time. */
  readonly say: (line: string) => void;
  /** What the jobs print. */
  readonly show: (text: string) => void;
  /** Aborted when somebody wants it to end: the job under way is cancelled, and the play stops. */
  readonly signal?: AbortSignal;
}

const defaultVersion: MoverVersion = "2.2.14";

/** Starts a world for one fault, plays it and holds what came of it against what was promised; throws when it differs. */
export async function playFault(fault: Fault, options: PlayOptions): Promise<void> {
  const { world: kind, say, stages } = options;
  const setting = fault.setting ?? {};
  const environment = setting.environment ?? options.environment ?? "pre-prod";
  const moverVersion = setting.moverVersion ?? options.moverVersion ?? defaultVersion;
  const ownStart =
    moverVersion !== defaultVersion ||
    setting.runbook !== undefined ||
    setting.environment !== undefined;
  const done = ownStart ? [] : fault.after;
  const stage = await stages?.after(kind, done);
  const ends: (() => Promise<void>)[] = [];
  try {
    const start = { kind, setting, moverVersion, environment, organizations, stage, say };
    const scene = await setScene(start, options, ends);
    await beforeTheFault(scene, fault, stage?.done ?? []);
    say(`Fault: ${fault.title}`);
    await fault.play(scene);
    if (!fault.completes) return;
    await theRest(scene, options.through === "phase" ? fault.after.length + 1 : chain.length);
    await judgeDone(scene, { organizations, moverVersion, extra: fault.extra ?? {} });
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function beforeTheFault(scene: Scene, fault: Fault, done: readonly string[]): Promise<void> {
  await scene.plan();
  scene.ranBefore(done);
  await scene.pass(...fault.after.slice(done.length));
}

/** The chain from where it stands: what is done says so, what is not is done. */
async function theRest(scene: Scene, phases: number): Promise<void> {
  const done = new Set(scene.donePhases());
  await scene.pass(...chain.slice(0, phases).filter((phase) => !done.has(phase)));
}

/** A folder for the jobs of a test; the caller removes it. */
export function temporaryOut(): { readonly out: string; remove(): void } {
  const out = mkdtempSync(join(tmpdir(), "fault-"));
  return { out, remove: () => rmSync(out, { recursive: true, force: true, maxRetries: 5 }) };
}
