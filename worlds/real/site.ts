import type { Dataset } from "../common/data.ts";
import type { Listening } from "../common/listen.ts";
import type { Prober } from "../common/prober.ts";
import type { WorldOptions } from "../world.ts";
import type { MoverFaults } from "./mover.ts";

/** What a rehearsal or a test can ask of a real world beyond what every world offers. */
export interface RealWorldOptions extends WorldOptions {
  /** Whether requests of its own reach the API all the time. Default true. */
  readonly liveTraffic?: boolean;
  /** A folder in which another world left its state (`leaveState`): this one goes on from there. */
  readonly from?: string;
  /** Leaves the folder there after `stop`. */
  readonly keepDirectory?: boolean;
  /** How long each object of a migration takes at least, so that there is time to disturb it. Default 0. */
  readonly objectDelayMilliseconds?: number;
  /** What shall befall mover, once in a life of its node; the numbers count the objects of that life. */
  readonly moverFaults?: MoverFaults;
}

/** Undoes the start, last first; each part adds its own end. */
export type Ends = (() => Promise<void> | void)[];

/** By the names that the runbook declares. */
interface Passwords extends Readonly<Record<string, string>> {
  readonly redis_password: string;
  readonly db_password: string;
  readonly prober_key: string;
}

/** What the parts of a start have in common. */
export interface Site {
  readonly options: RealWorldOptions;
  readonly directory: string;
  readonly data: Dataset;
  readonly passwords: Passwords;
  readonly prober: Prober;
  readonly ends: Ends;
}

/** Waits for all work to end and then as `Promise.all` does: when it rejects, nothing is still starting, so that the world can be stopped whole. */
export async function settled<T extends readonly Promise<unknown>[]>(work: T): Promise<T> {
  await Promise.allSettled(work);
  return work;
}

/** Has a server closed when the world stops. */
export function kept<T extends Listening>(server: T, ends: Ends): T {
  ends.push(() => server.close());
  return server;
}
