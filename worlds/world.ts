/** A rehearsal's fleet: what both worlds offer to the rehearsal, so that it does not know which one it drives. */
export interface World {
  readonly kind: "embedded" | "real";
  /** Folder that holds everything of this world; removed by `stop` unless it is kept. */
  readonly directory: string;
  /** The inventory that drives this world, written by the world (ports, paths, per-host variables). */
  readonly inventoryFile: string;
  /** What the action's inputs of the same name get. */
  readonly knownHosts: string;
  readonly sshPrivateKey: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** What was planted, so that a check can compare the summary with it. */
  readonly planted: Planted;
  /** How a person reaches it while it is kept running: one line per thing. */
  describe(): readonly string[];
  /** Stops every process that the world started. Never throws. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly directory: string;
  readonly environment: string;
  readonly moverVersion: "2.2.14" | "2.2.17";
  /** What its inventory demands of another environment, as it stands there; without it nothing. */
  readonly evidence?: Readonly<Record<string, string>> | undefined;
  /** Number of organizations at the source; everything else follows from it. Default 3,000. */
  readonly organizations?: number;
  /** Says what is happening, one short line at a time. */
  readonly log: (line: string) => void;
}

/** What the source holds and how many objects of each class will fail when they are migrated. */
export interface Planted {
  readonly source: Readonly<Record<"orgs" | "associations" | "invites" | "groups", number>>;
  /** Failure class (as in the runbook's failures.yml) to number of objects, for this mover version. */
  readonly failures: Readonly<Record<string, number>>;
  /** Rows that an undisturbed migration leaves in SQL. */
  readonly rows: Readonly<Record<"orgs" | "associations" | "invites" | "groups", number>>;
}
