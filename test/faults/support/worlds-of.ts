import { everyRunPlaysIn, type Fault, type WorldKind } from "../../../worlds/faults/fault.ts";
import { missingParts, rootPrefix } from "../../../worlds/real/packages.ts";

/** Whether the real world can be had here; in CI it has to be. */
export async function realWorldIsHere(): Promise<boolean> {
  if (process.env["CI"] !== undefined || (await missingParts()).length === 0) return true;
  return (await rootPrefix()) !== undefined;
}

/** The worlds in which a fault is played: one in every run of the tests, both with `FAULTS=all`. */
export function worldsOf(fault: Fault, realIsHere: boolean): readonly WorldKind[] {
  if (!realIsHere) return ["embedded"];
  return process.env["FAULTS"] === "all" ? ["embedded", "real"] : [everyRunPlaysIn(fault)];
}
