import { describe, expect, test } from "vitest";

import type { Fault, WorldKind } from "../../../worlds/faults/fault.ts";
import { playFault, temporaryOut } from "../../../worlds/faults/play.ts";
import { everyRun } from "./every-run.ts";

/** With it set the chain goes on to its end after each fault, and not only through the phase that was disturbed. */
const through = process.env["FAULTS_THROUGH"] === "chain" ? "chain" : "phase";

const all = process.env["FAULTS"] === "all";

/** Worlds at a time: each has a fleet of its own, and they mostly wait. */
const worldsAtOnce = 3;

/** Each fault is a test: it is played in a world of its own, and fails with what differs from what was promised. */
export function prove(
  faults: readonly Fault[],
  world: WorldKind,
  always: ReadonlySet<string> = everyRun,
): void {
  const turns = new Turns(worldsAtOnce);
  // A test's time also runs while it waits for its turn.
  const timeout = 30 * 60_000;
  describe.concurrent(`in the ${world} world`, { timeout }, () => {
    for (const fault of faults) {
      test.skipIf(!all && !always.has(fault.name))(`${fault.name}: ${fault.end}`, async () => {
        await expect(turns.take(() => play(fault, world))).resolves.toBe("as promised");
      });
    }
  });
}

async function play(fault: Fault, world: WorldKind): Promise<"as promised"> {
  const { out, remove } = temporaryOut();
  const quiet = (): void => {};
  try {
    await playFault(fault, { world, out, through, say: quiet, show: quiet });
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
