import { errorText } from "../config/error-text.ts";
/** What an error itself says that a person can do. */
export function nextOf(error: unknown): string | undefined {
  return error instanceof Error && "next" in error && typeof error.next === "string"
    ? error.next
    : undefined;
}

/** What an error says happened, without what it says to do: that is told on its own. */
export function messageOf(error: unknown): string {
  const message = errorText(error);
  const next = nextOf(error);
  return next === undefined ? message : message.replace(`. Next: ${next}`, "");
}
