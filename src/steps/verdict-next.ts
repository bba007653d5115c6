import type { FailureRow, ReconcileRow } from "../journal/event.ts";
import { unclassified } from "./failures.ts";

/** Where every name stands. */
const names = "every name is in failures.json of this job's artifact";

/** What can still be done where a part of a log is lost. */
export const nextOfGap =
  "see that the runbook's log names the right files and what an entry of it looks like; where a part is lost, dispatch the rollback and the reset, which lose nothing here, and migrate again";

/** What would make two sides agree. */
export function nextOfRow({ title, missing, unexpected }: ReconcileRow): string {
  const steps = [
    ...(missing > 0
      ? [
          `run this phase again: it starts the migration of ${title} again and judges anew; if they are missing then too, migrate these by hand, or roll back`,
        ]
      : []),
    ...(unexpected > 0
      ? [
          `find out who wrote what is in SQL and not at the source, delete it there if it is a leftover, and run this phase again`,
        ]
      : []),
  ];
  if (steps.length === 0)
    return `find out why the sides of ${title} differ, put it right, and run this phase again`;
  return `${names}; ${steps.join("; ")}`;
}

/** What would make a class of failures good. */
export function nextOfFailures({ class: name, known, problem = "" }: FailureRow): string {
  if (name === unclassified)
    return "read its lines in the summary; repair what they tell of and run this phase again; or, if all of it is benign, allow `unclassified` in the baseline by a reviewed change and dispatch a new run with a reason";
  if (problem.includes(" expired on "))
    return `look at them again, renew the entry for ${name} in the baseline by a reviewed change, and dispatch a new run with a reason`;
  const accept = known
    ? `change the entry for ${name} in the baseline`
    : `enter ${name} into the baseline`;
  return `${names}: repair these objects and run this phase again; or, if every one is benign, ${accept} by a reviewed change (known-failures.proposed.yml is a start) and dispatch a new run with a reason`;
}

/** Reasons with what would make each good, for one who can only read a line. */
export function sayNext(reasons: readonly string[], next: readonly string[]): string {
  const steps = reasons.map((reason, index) => {
    const step = next[index];
    return step === undefined ? reason : `(${index + 1}) ${reason}: ${step}`;
  });
  return [...steps, "or dispatch the rollback, which loses nothing before reopening"].join("; ");
}
