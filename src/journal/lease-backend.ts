import { execFile } from "node:child_process";
import type { Connection } from "../transport/connection.ts";
import { LeaseError } from "./lease-error.ts";
import { leaseScript } from "./lease-script.ts";
import { sayEnd } from "./lost-error.ts";
import { errorText } from "../config/error-text.ts";

/** Where a lease lies. Answers with what the script printed; a failure is a `LeaseError`. */
export interface LeaseBackend {
  readonly name: string;
  run(env: Readonly<Record<string, string>>): Promise<string>;
}

/** The lease in a directory of this machine. */
export function localLease(directory: string): LeaseBackend {
  const name = `${directory}/lease`;
  return {
    name,
    run: (env) =>
      new Promise((resolve, reject) => {
        const options = { env: { ...process.env, ...env, LEASE_DIRECTORY: directory } };
        execFile("/bin/sh", ["-c", leaseScript], options, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(failed(name, stderr.trim() || error.message));
        });
      }),
  };
}

/** The lease beside the journal on its host. */
export function hostLease(
  connection: Connection,
  directory: string,
  timeoutSeconds = 30,
): LeaseBackend {
  const name = `${connection.host}:${directory}/lease`;
  return {
    name,
    async run(env) {
      const command = { line: leaseScript, env: { ...env, LEASE_DIRECTORY: directory } };
      const completed = await connection
        .exec(command, { timeoutSeconds })
        .catch((error: unknown) => {
          throw lost(name, errorText(error), error);
        });
      const { end, stdout, stderr } = completed;
      if (end.kind === "lost") throw lost(name, end.reason);
      if (end.kind === "exited" && end.status === 0) return stdout;
      throw failed(name, stderr.trim() || sayEnd(end));
    },
  };
}

function failed(name: string, reason: string): LeaseError {
  const next =
    "make the directory, make room on the disk or give the user the directory, then run the phase again";
  return new LeaseError("unwritable", name, `the lease cannot be read or written: ${reason}`, next);
}

function lost(name: string, reason: string, cause?: unknown): LeaseError {
  return new LeaseError(
    "lost",
    name,
    `the host of the lease was lost: ${reason}`,
    "reach the host, then run the phase again",
    cause,
  );
}
