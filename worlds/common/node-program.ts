import { chmodSync, writeFileSync } from "node:fs";

/** Makes a host's program of a script: run by this very Node, with what comes before its own arguments. */
export function writeNodeProgram(file: string, script: string, ...first: readonly string[]): void {
  const words = [process.execPath, "--disable-warning=ExperimentalWarning", script, ...first];
  writeFileSync(file, `#!/bin/sh\nexec ${words.map(quote).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}

/** Quotes a path for a shell script that a world writes. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
