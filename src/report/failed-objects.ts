import type { Event } from "../journal/event.ts";
import { seen } from "./observed.ts";
import { bodiesOf } from "./story.ts";

/** Every name behind a verdict's numbers, which the summary has room for the first few of only. */
export interface FailedObjects {
  readonly environment: string;
  readonly round: string;
  readonly at: string;
  readonly good: boolean;
  /** Class to reason to the objects that count as failed. */
  readonly failures: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Per comparison what is on one side only, and no failure explains. */
  readonly differences: Readonly<
    Record<string, { readonly missing: readonly string[]; readonly unexpected: readonly string[] }>
  >;
}

/**
 * Reads the names behind the latest verdict of a phase. A migration whose objects are missing without a word
 * ends its phase before any verdict is given: then these names are all that there is. Undefined when nothing is.
 */
export function failedObjects(round: readonly Event[], phase: string): FailedObjects | undefined {
  const own = round.filter(({ place }) => place.phase === phase);
  const latest = own.slice(own.findLastIndex(({ body }) => body.type === "phase-started") + 1);
  const verdict = bodiesOf(latest, "verdict").at(-1);
  const behind = verdict === undefined ? latest : eventsBehind(verdict.event, latest);
  const differences = differencesIn(behind);
  const last = verdict?.event ?? latest.at(-1);
  if (last === undefined || (verdict === undefined && Object.keys(differences).length === 0))
    return undefined;
  return {
    environment: last.environment,
    round: last.round,
    at: last.at,
    good: verdict?.body.good ?? false,
    failures: failuresIn(behind),
    differences,
  };
}

/** What was observed for a verdict: between the comparison of its step and itself. */
function eventsBehind(verdict: Event, round: readonly Event[]): readonly Event[] {
  const end = round.indexOf(verdict);
  const own = round.slice(0, end).filter(({ place }) => place.step === verdict.place.step);
  const start = own.findLastIndex(
    ({ body }) => body.type === "observed" && body.observation.kind === "reconciled",
  );
  return own.slice(start + 1);
}

function failuresIn(events: readonly Event[]): Record<string, Record<string, string[]>> {
  const failures: Record<string, Record<string, string[]>> = {};
  for (const { what } of seen(events, "judged")) {
    const reasons = (failures[what.class] ??= {});
    const objects = (reasons[what.reason] ??= []);
    for (const object of what.objects) objects.push(object);
  }
  return failures;
}

function differencesIn(events: readonly Event[]) {
  const differences: Record<string, { missing: string[]; unexpected: string[] }> = {};
  for (const { what } of seen(events, "differences")) {
    // The next comparison of the same begins anew.
    if (what.from === 0) differences[what.name] = { missing: [], unexpected: [] };
    const into = (differences[what.name] ??= { missing: [], unexpected: [] });
    for (const name of what.missing) into.missing.push(name);
    for (const name of what.unexpected) into.unexpected.push(name);
  }
  return differences;
}
