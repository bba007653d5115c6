import type { StepContext } from "./context.ts";
import { FailureReader, type Failures } from "./failures.ts";
import { observeFailures } from "./observe-failures.ts";

/**
 * Reads what a job wrote into its log where nobody has read it to the end: the runner was lost, and a check or a
 * person said that the job was done. A verdict on a log that nobody read would be one without witnesses.
 */
export async function readUnread(context: StepContext): Promise<void> {
  for (const { step, log: name, position } of context.unreadLogs()) {
    const log = context.resources.logs[name];
    if (log === undefined) continue;
    context.say(`the log of ${step} was not read to its end; reading it now`);
    const reader = new FailureReader(log, position, context);
    await observeFailures(log, withoutNameless(await reader.end()), context);
  }
}

/** What a later job wrote stands behind it and was read by that one: without a name it must not count twice. */
function withoutNameless(failures: Failures): Failures {
  const classes: Failures["classes"] = {};
  for (const [name, one] of Object.entries(failures.classes))
    classes[name] = { ...one, nameless: [] };
  return { ...failures, classes };
}
