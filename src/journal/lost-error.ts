import type { End } from "../transport/connection.ts";
import { JournalError } from "./journal-error.ts";

/** The connection went away: whether the last lines were written is not known until the journal is read again. */
export function lostError(name: string, reason: string, cause?: unknown): JournalError {
  const next =
    "finish the step in hand, then reach the journal host again; what was not acknowledged is compared first";
  return new JournalError(
    "lost",
    { file: name },
    `the connection to the journal was lost: ${reason}`,
    next,
    cause,
  );
}

/** How a process ended, in a few words. */
export function sayEnd(end: End): string {
  switch (end.kind) {
    case "exited":
      return `exit status ${end.status}`;
    case "signalled":
      return `killed by ${end.signal}`;
    case "lost":
      return end.reason;
  }
}
