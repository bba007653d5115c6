import type { Allowance, BaselineEntry } from "./context.ts";

/** How many failures an entry allows where its class is counted among so many objects; part of an object is none. */
export function allowedOf(allowed: Allowance, objects: number): number {
  if (typeof allowed === "number") return allowed;
  // A share of 0.7 % of 1,000 is 7, whatever the machine makes of 0.7.
  return Math.floor((allowed.percent * objects) / 100 + 1e-9);
}

/** As the file has it. */
export function sayAllowance(allowed: Allowance): string {
  return typeof allowed === "number" ? String(allowed) : `${allowed.percent}%`;
}

/** Whether an entry knows a failure's reason: exactly, or by a pattern of the whole of it. */
export function knowsReason({ reasons }: BaselineEntry, reason: string): boolean {
  if (reasons === undefined) return true;
  return reasons.some(
    (known) => known === reason || new RegExp(`^(?:${known})$`, "s").test(reason),
  );
}
