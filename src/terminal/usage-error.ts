/** Wrong words on the command line; whoever catches it says how the command is called. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
