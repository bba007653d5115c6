import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { flagsBefore, type Flags } from "./flags.ts";

/** Writes down what the flags were when a world was left, for one that goes on from there. */
export function leaveFlags(flags: Flags, folder: string): void {
  writeFileSync(join(folder, "flags.json"), JSON.stringify(flags));
}

/** The flags that a world starts with: those that another one left, or those before the migration. */
export function leftFlags(from: string | undefined): Flags {
  if (from === undefined) return flagsBefore;
  return JSON.parse(readFileSync(join(from, "flags.json"), "utf8")) as Flags;
}
