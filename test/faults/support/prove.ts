import { afterAll, describe, expect, test } from "vitest";

import type { Fault, WorldKind } from "../../../worlds/faults/fault.ts";
import { playFault, temporaryOut } from "../../../worlds/faults/play.ts";
import { Stages } from "../../../worlds/faults/stages.ts";

/** With it set the chain goes on to its end after each fault, and not only through the phase that was disturbed. */
const through = process.env["FAULTS_THROUGH"] === "chain" ? "chain" : "phase";

/** Worlds at a time: each has a fleet of its own, and they mostly wait. */
const worldsAtOnce = 3;

/** Each fault is a test: it is played in a world of its own, and fails with what differs from what was promised. */
export function prove(faults: readonly Fault[], world: WorldKind): void {
  const turns = new Turns(worldsAtOnce);
  const stages = new Stages();
  // A test's time also runs while it waits for its turn, and all faults through the whole chain take hours.
  const timeout = (process.env["FAULTS"] === "all" ? 240 : 30) * 60_000;
  // Those that begin early in the chain come first: what the others begin with is made meanwhile.
  const early = faults.toSorted((one, other) => one.after.length - other.after.length);
  describe.concurrent(`in the ${world} world`, { timeout }, () => {
    afterAll(() => stages.remove());
    for (const fault of early) {
      test(`${fault.name}: ${fault.end}`, async () => {
        await expect(turns.take(() => play(fault, world, stages))).resolves.toBe("as promised");
      });
    }
  });
}

async function play(fault: Fault, world: WorldKind, stages: Stages): Promise<"as promised"> {
  const { out, remove } = temporaryOut();
  const quiet = (): void => {};
  try {
    await playFault(fault, { world, out, through, stages, say: quiet, show: quiet });
    return "as promised";
  } finally {
    remove();
  }
}

/** Lets so many in at a time, in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take<T>(act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
