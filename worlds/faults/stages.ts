import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stopNode } from "./operator.ts";
import type { WorldKind } from "./fault.ts";
import { setScene } from "./set-scene.ts";

/** What a world left in which these phases of the chain are done. */
export interface Stage {
  readonly folder: string;
  readonly done: readonly string[];
}

/**
 * The worlds in which plays begin, one for each phase that is done, made when the first play asks. What
 * comes before a fault is the same for many; its journal, hosts, databases and flags are those of phases that ran.
 */
export class Stages {
  readonly #folder = mkdtempSync(join(tmpdir(), "stages-"));
  readonly #made = new Map<string, Promise<Stage>>();
  readonly #show: (text: string) => void;

  constructor(show: (text: string) => void = () => {}) {
    this.#show = show;
  }

  /** A world of this kind in which the phases are done; undefined when none is. */
  after(kind: WorldKind, phases: readonly string[]): Promise<Stage> | undefined {
    if (phases.length === 0) return undefined;
    const name = `${kind}-${phases.at(-1)}`;
    const made = this.#made.get(name) ?? this.#make(kind, phases, join(this.#folder, name));
    this.#made.set(name, made);
    // One that failed is made anew for whoever asks next.
    made.catch(() => this.#made.delete(name));
    return made;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #make(kind: WorldKind, done: readonly string[], folder: string): Promise<Stage> {
    const earlier = done.slice(0, -1);
    const phase = done.slice(-1);
    const stage = await this.after(kind, earlier);
    for (const left of [folder, `${folder}.out`]) rmSync(left, { recursive: true, force: true });
    const ends: (() => Promise<void>)[] = [];
    const say = (line: string): void => this.#show(`${line}\n`);
    const start = { kind, setting: {}, moverVersion: "2.2.14", environment: "pre-prod" } as const;
    try {
      const audience = { out: `${folder}.out`, show: this.#show };
      const scene = await setScene({ ...start, stage, say }, audience, ends);
      scene.ranBefore(earlier);
      await scene.pass(...phase);
      if (done.includes("mover")) await stopNode(scene);
      await scene.far.leave(folder);
      return { folder, done };
    } finally {
      for (const end of ends.toReversed()) await end();
    }
  }
}
