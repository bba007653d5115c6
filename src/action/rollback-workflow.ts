import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * What the file of a rollback's workflow may be called: after the runbook and its phase in a repository with
 * several runbooks, else after its phase alone. `runbook-phase workflow` names them so.
 */
export function rollbackFiles(runbook: string, phase: string): readonly [string, string] {
  return [`${runbook}-${phase}.yml`, `${phase}.yml`];
}

/** The one of these that this checkout has; other runbooks may have the plainer name. */
export function rollbackFileIn(workspace: string, runbook: string, phase: string): string {
  const [prefixed, plain] = rollbackFiles(runbook, phase);
  return existsSync(join(workspace, ".github/workflows", prefixed)) ? prefixed : plain;
}
