import type { Event } from "../journal/event.ts";
import { isGood } from "../report/words.ts";
import type { Evidence } from "./evidence.ts";

/** Steps of some phases that were skipped and never done, by the last that the journal says of each. */
export function skippedIn(
  events: readonly Event[],
  { phases }: { readonly phases: readonly string[] },
): NonNullable<Evidence["skipped"]> {
  const reasons = new Map<string, string>();
  const done = new Set<string>();
  for (const { body, place } of events) {
    const { phase, step, host } = place;
    if (phase === undefined || step === undefined || !phases.includes(phase)) continue;
    const name = `${phase}/${step}`;
    if (body.type === "step-skipped") reasons.set(name, body.reason);
    if (body.type === "step-ended" && host === undefined && isGood(body.outcome)) done.add(name);
  }
  return [...reasons]
    .filter(([step]) => !done.has(step))
    .map(([step, reason]) => ({ step, reason }));
}
