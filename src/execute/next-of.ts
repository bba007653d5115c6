import { errorText } from "../config/error-text.ts";
import { TransportError } from "../transport/connection.ts";

/** What an error itself says that a person can do. */
export function nextOf(error: unknown): string | undefined {
  return error instanceof Error && "next" in error && typeof error.next === "string"
    ? error.next
    : undefined;
}

/** The same for a phase that it stopped: a host that can be reached again is not the end of it. */
export function nextFor(phase: string, error: unknown): string | undefined {
  const next = nextOf(error);
  if (next === undefined || !(error instanceof TransportError)) return next;
  const mayPass = error.code === "unreachable" || error.code === "timeout";
  return mayPass ? `${next}; then run ${phase} again` : next;
}

/** What an error says happened, without what it says to do: that is told on its own. */
export function messageOf(error: unknown): string {
  const message = errorText(error);
  const next = nextOf(error);
  return next === undefined ? message : message.replace(`. Next: ${next}`, "");
}
