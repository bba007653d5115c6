import type { FlagName } from "../common/flags.ts";
import type { HostName } from "../common/inventory-file.ts";
import type { RedisMode } from "../common/redis-server.ts";
import type { ObjectFault } from "../embedded/mover/object-fault.ts";
import type { Disk, Shelf } from "./disk.ts";

export type Flags = Readonly<Record<FlagName, string>>;
export type Counts = Readonly<Record<string, number>>;

/** What a command on a host gave. */
export interface Shelled {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The systems themselves, reached past the runner: what happened there is counted here, and here it is
 * broken. The same words for both worlds.
 */
export interface FarSide {
  /** Runs a command in a host's own folder, as its user would. */
  sh(host: HostName, line: string): Promise<Shelled>;
  /** Where a host keeps its files. */
  directory(host: HostName): string;
  /** What was asked of mover that changes something, and how often. */
  calls(): Counts;
  /** Each schema change of a host with how often it was deployed. */
  deployed(host: "pg1" | "pg2"): Promise<Counts>;
  flags(): Promise<Flags>;
  setFlag(name: FlagName, value: string): Promise<void>;
  /** Rows of one SELECT on the database that mover writes to, columns joined by `|`. */
  rows(select: string): Promise<readonly string[]>;
  /** Runs SQL there. */
  change(sql: string): Promise<void>;
  redis(mode: RedisMode): Promise<void>;
  /** Kills mover's node without a word. */
  killNode(): Promise<void>;
  nodeRuns(): boolean;
  /** Mover's node hangs: it is there and says nothing, until it goes on. */
  pauseNode(): void;
  resumeNode(): void;
  /** All processes of a host are gone, only its files are left, and it comes up again. */
  reboot(host: HostName): Promise<void>;
  stopSshd(host: HostName): Promise<void>;
  startSshd(host: HostName): Promise<void>;
  /** The database of one host answers nobody. */
  stopDatabase(host: "pg1" | "pg2"): Promise<void>;
  startDatabase(host: "pg1" | "pg2"): Promise<void>;
  /** `make deploy` takes its time, so that it can be disturbed. */
  slowDeploy(host: "pg1" | "pg2", seconds: number): Promise<void>;
  /** What sqitch finds wrong with a change after deploying it; undefined when nothing. */
  failVerify(host: "pg1" | "pg2", fails: boolean): Promise<void>;
  /** The next change of flags loses a setting on its way, or takes its time. Mover runs. */
  disturbFlags(fault: { readonly lost?: FlagName; readonly pauseSeconds?: number }): Promise<void>;
  /** What befalls objects of a migration from now on; without any, nothing does any more. */
  befall(...faults: readonly ObjectFault[]): void;
  /** From now on this part of a host lies on a disk that can be full. */
  smallDisk(host: HostName, shelf: Shelf): Promise<Disk>;
  /** Somebody else sits at mover's console, until they leave. */
  attachSomebody(): Promise<Somebody>;
  /** Leaves the state of hosts, databases and flags for other worlds to go on from; this one is of no further use. */
  leave(folder: string): Promise<void>;
}

/** Another operator at mover's console. */
export interface Somebody {
  type(text: string): void;
  leave(): Promise<void>;
}
