/** What an error says; anything else that was thrown says itself. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
