import { exitCodeOf } from "../execute/exit-code.ts";
import { nextOf } from "../execute/next-of.ts";
import { shortSummary } from "../report/short-summary.ts";
import { failJob } from "./log.ts";
import { writeOutputs } from "./outputs.ts";
import type { ActionEnd } from "./run-action.ts";
import { writeSummary } from "./summary.ts";
import { errorText } from "../config/error-text.ts";

/** Sets the job's status from an outcome; only the good ones leave no annotation. */
export function endJob({ outcome, message }: ActionEnd, secrets: readonly string[]): number {
  const status = exitCodeOf(outcome);
  if (status !== 0) failJob(message, secrets);
  return status;
}

/** Ends a job that could not even begin: nothing was changed, and the summary says why. */
export async function refuseJob(
  cause: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const message = errorText(cause);
  const next = nextOf(cause) ?? "correct what it names and dispatch again; nothing was changed";
  await writeSummary(shortSummary("refused", message, next), env).catch(() => undefined);
  writeOutputs({ outcome: "refused" });
  failJob(`${message}\nNext: ${next}`, []);
  return exitCodeOf("refused");
}
