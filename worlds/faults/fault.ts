import type { MoverFaults } from "../real/mover.ts";
import { leftToAll } from "./left-to-all.ts";
import type { Scene } from "./scene.ts";

export type WorldKind = "embedded" | "real";
export type MoverVersion = "2.2.14" | "2.2.17";

/** What goes wrong: a part that the real world has as it is in production, or something that is the same in every world. */
export type Cause = RealPart | "data" | "network" | "runner" | "journal" | "person" | "github";
type RealPart = (typeof realParts)[number];

const realParts = ["sshd", "host", "node", "redis", "postgresql"] as const;

/** The world in which every run of the tests plays a fault: a real part fails as itself, not as a stand-in. */
export function everyRunPlaysIn({ cause, name, only }: Fault): WorldKind | undefined {
  if (leftToAll.has(name)) return undefined;
  if (only !== undefined) return only;
  return realParts.some((part) => part === cause) ? "real" : "embedded";
}

/** What the world has to be like for a fault. */
export interface Setting {
  /** Slow enough that there is time to disturb a migration. */
  readonly slowMigrations?: boolean;
  /** Requests of other people, so that a late rollback has something to lose. */
  readonly liveTraffic?: boolean;
  readonly moverVersion?: MoverVersion;
  /** Another environment than pre-prod, such as one that is protected. */
  readonly environment?: string;
  /** Its inventory wants evidence of pre-prod. */
  readonly evidence?: boolean;
  /** What befalls mover by itself. */
  readonly mover?: MoverFaults;
  /** Another runbook than the shipped one: its text, changed. */
  readonly runbook?: (text: string) => string;
}

/** One thing that goes wrong, and what must come of it. */
export interface Fault {
  readonly name: string;
  /** Where it lies. */
  readonly cause: Cause;
  /** What is done to the run. */
  readonly title: string;
  /** What must come of it; the play fails when it does not. */
  readonly end: string;
  readonly setting?: Setting;
  /** The only world that can be made to do it. */
  readonly only?: WorldKind;
  /** Phases that must have succeeded before it strikes. */
  readonly after: readonly string[];
  /** True when the rest of the chain is run after the play, and everything must have happened exactly once. */
  readonly completes: boolean;
  /** Calls of mover and deployments beyond those of an undisturbed chain, where the end says that there are some. */
  readonly extra?: Readonly<Record<string, number>>;
  /** Disturbs, and goes on as a person would; throws when something is not as it must be. */
  play(scene: Scene): Promise<void>;
}

/** The phases of the chain, in their order. */
export const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"] as const;

/** The phases of the chain before the one that is named. */
export function before(phase: (typeof chain)[number]): readonly string[] {
  return chain.slice(0, chain.indexOf(phase));
}

/** The end that most faults must have. */
export const completes =
  "re-run, the chain completes: every change made exactly once, data as in an undisturbed run, journal whole";

/** Something did not come out as it must. */
export class NotAsPromised extends Error {
  override readonly name = "NotAsPromised";
}
