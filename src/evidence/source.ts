/** What a verification asks of the place where runs, statuses and artifacts are kept; GitHub, or what plays it. */
export interface EvidenceSource {
  /** Dispatched runs of a workflow file. */
  runs(workflowFile: string): Promise<readonly RunSeen[]>;
  /** A commit's statuses, newest first. */
  statuses(sha: string): Promise<readonly StatusSeen[]>;
  /** Whether a commit is one of those that this run's commit is built on, or that one. */
  isBehind(sha: string): Promise<boolean>;
  /** The jobs of a run's last attempt. */
  jobs(runId: string): Promise<readonly JobSeen[]>;
  artifacts(runId: string): Promise<readonly ArtifactSeen[]>;
}

export interface RunSeen {
  readonly id: string;
  readonly attempt: number;
  /** As `run-name` made it. */
  readonly title: string;
  readonly sha: string;
  /** Whose workflow file it ran. */
  readonly branch: string;
  readonly url: string;
  /** When its last attempt began, ISO 8601. */
  readonly startedAt: string;
  readonly status: string;
  readonly conclusion: string | undefined;
}

export interface StatusSeen {
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl: string;
}

export interface JobSeen {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | undefined;
}

export interface ArtifactSeen {
  readonly id: string;
  readonly name: string;
  readonly expired: boolean;
  /** `sha256:HEX` of the zip, where it is told. */
  readonly digest: string | undefined;
  /** Its zip; rejects when what arrives is not of that digest. */
  download(): Promise<Uint8Array>;
}
