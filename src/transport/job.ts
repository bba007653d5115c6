import type { Command, Connection, End } from "./connection.ts";
import { followScript, hostScript } from "./job-script.ts";
import { Follower } from "./job-follower.ts";
import { checkJobId, checkStateDirectory, checkToken } from "./job-names.ts";
import type { JobOutput } from "./job-stream.ts";
import { commandText } from "./shell.ts";
import { errorText } from "../config/error-text.ts";

/** A command that outlives its client: it runs once under its id, however often and from wherever it is asked for. */
export interface JobSpec {
  /** Names the job directory: letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  readonly command: Command;
  /** Relative to where the SSH user logs in. */
  readonly stateDirectory: string;
  /** The lease token; a host that has seen a higher one refuses. */
  readonly token: number;
}

export interface JobOptions {
  /** Gets each line of the job's output as it arrives. */
  readonly onOutput?: (stream: JobOutput, line: string) => void;
  /** Told, whenever output has come, up to where its whole lines go: the place from which another following goes on. */
  readonly onSeen?: (bytes: Readonly<Record<JobOutput, number>>) => void;
  /** Ends following; the job goes on. */
  readonly signal?: AbortSignal;
  /** Bytes that an earlier following has already seen. Default 0. */
  readonly from?: Readonly<Record<JobOutput, number>>;
  /** Bytes kept of the end of each stream; the whole text stays in the job directory. Default 64 KiB. */
  readonly tailBytes?: number;
  /** The job was there before, so it is followed and never started: one that is not there any more has vanished. */
  readonly mustExist?: boolean;
  /** The POSIX shell on the host. Default `/bin/sh`. */
  readonly shell?: string;
}

/** What was seen of a job, however the following ended. */
export interface Followed {
  /** Absolute path on the host; undefined when the host did not get to say it. */
  readonly directory: string | undefined;
  /** True when this call started it, false when it was there already, undefined when the host did not say. */
  readonly started: boolean | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Where the next following goes on. */
  readonly outBytes: number;
  readonly errBytes: number;
}

export type JobRefusal = "older-token" | "other-command" | "bad-directory";

/** How following a job ended; only `ended` says how the job did. */
export type JobResult =
  | (Followed & {
      readonly kind: "ended";
      readonly end: Exclude<End, { readonly kind: "lost" }>;
      readonly started: boolean;
      readonly directory: string;
    })
  /** Its process is gone and left no exit status: the host was restarted, or somebody killed its shell. */
  | (Followed & { readonly kind: "vanished"; readonly survivors: readonly number[] })
  /** Nothing was started. */
  | { readonly kind: "refused"; readonly reason: JobRefusal; readonly detail: string }
  /** The connection went away; the job may still run. */
  | (Followed & { readonly kind: "lost"; readonly reason: string })
  /** The caller stopped following. `sent` is false when nothing had been sent to the host yet. */
  | (Followed & { readonly kind: "left-running"; readonly sent: boolean });

/** Starts a job or finds it, and follows it to its end. Never rejects for what happens on the host or on the way to it. */
export async function runJob(
  connection: Connection,
  spec: JobSpec,
  options: JobOptions = {},
): Promise<JobResult> {
  const follower = new Follower(options);
  const line = startLine(spec, options, follower.nonce);
  if (options.signal?.aborted === true)
    return { kind: "left-running", sent: false, ...follower.seen() };
  const secrets = spec.command.secrets ?? {};
  try {
    return await follower.follow(await connection.open({ line, secrets }), options.signal);
  } catch (error) {
    const reason = errorText(error);
    return { kind: "lost", reason, ...follower.seen() };
  }
}

function startLine(spec: JobSpec, options: JobOptions, nonce: string): string {
  checkJobId(spec.id);
  checkStateDirectory(spec.stateDirectory);
  checkToken(spec.token);
  const names = Object.keys(spec.command.secrets ?? {});
  const needs = names.length === 0 ? "" : `# on standard input: ${names.join(" ")}\n`;
  return hostScript(followScript, {
    nonce,
    state: spec.stateDirectory,
    id: spec.id,
    token: spec.token,
    sh: options.shell ?? "/bin/sh",
    secrets: names.join(" "),
    must: options.mustExist === true ? "exist" : "",
    out: options.from?.stdout ?? 0,
    err: options.from?.stderr ?? 0,
    text: `${needs}${commandText(spec.command)}`.replace(/\n+$/, ""),
  });
}
