import { everyRunPlaysIn, type Fault, type WorldKind } from "../../../worlds/faults/fault.ts";
import { missingParts, rootPrefix } from "../../../worlds/real/packages.ts";

/** Whether the real world can be had here; in CI it has to be. */
export async function realWorldIsHere(): Promise<boolean> {
  if (process.env["CI"] !== undefined || (await missingParts()).length === 0) return true;
  return (await rootPrefix()) !== undefined;
}

/** The worlds in which a fault is played: at most one in every run of the tests, both with `FAULTS=all`. */
export function worldsOf(fault: Fault, realIsHere: boolean): readonly WorldKind[] {
  const all = process.env["FAULTS"] === "all";
  const here = everyRunPlaysIn(fault);
  if (fault.only !== undefined) return all || here !== undefined ? [fault.only] : [];
  if (!realIsHere) return all || here !== undefined ? ["embedded"] : [];
  if (all) return ["embedded", "real"];
  return here === undefined ? [] : [here];
}
