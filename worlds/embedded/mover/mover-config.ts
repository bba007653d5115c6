import { readFileSync } from "node:fs";
import type { RedisAddress } from "../../common/redis-client.ts";
import type { MoverVersion } from "../../common/migration-plan.ts";
import type { DetsList } from "./dets.ts";

/** Everything that the mover stand-in has to know, written by the world as one JSON file. */
export interface MoverConfig {
  readonly version: MoverVersion;
  readonly node: string;
  /** Where `attach` reaches the node; a unix socket in a short folder, since its path may have 107 bytes. */
  readonly pipe: string;
  readonly pidFile: string;
  readonly logDirectory: string;
  readonly detsDirectory: string;
  /** Where the next run finds what it is to suffer, as JSON. */
  readonly faultFile: string;
  /** Where the next change of flags finds what it is to suffer, as JSON. */
  readonly flagFaultFile: string;
  /** Where each run finds what befalls single objects as long as the file is there, as JSON. */
  readonly objectFaultsFile: string;
  /** Each call that changes something is a line here, so that nothing can run twice unseen. */
  readonly callsFile: string;
  /** The couch file that the dets are built from. */
  readonly datasetUrl: string;
  readonly database: string;
  readonly redis: RedisAddress;
  readonly objectsPerSecond: number;
  /** Process of the world; without it there is nothing that the node could serve. */
  readonly owner: number;
  /** The runbook's own expressions that list the dets' keys, by their text. */
  readonly detsExpressions: Readonly<Record<DetsList, string>>;
}

/** Reads the file that the world wrote. */
export function readMoverConfig(file: string): MoverConfig {
  return JSON.parse(readFileSync(file, "utf8")) as MoverConfig;
}
