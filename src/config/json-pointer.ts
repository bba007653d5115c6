/** The keys along a JSON pointer (RFC 6901): `/a~1b/0` is `a/b`, then `0`. */
export function pointerKeys(pointer: string): string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
