/** What an error itself says that a person can do. */
export function nextOf(error: unknown): string | undefined {
  return error instanceof Error && "next" in error && typeof error.next === "string"
    ? error.next
    : undefined;
}
