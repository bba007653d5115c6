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

/** Reads the names of a round's latest verdict; undefined when there is none. */
export function failedObjects(round: readonly Event[]): FailedObjects | undefined {
  const verdict = bodiesOf(round, "verdict").at(-1);
  if (verdict === undefined) return undefined;
  const { environment, at, round: id } = verdict.event;
  const behind = eventsBehind(verdict.event, round);
  return {
    environment,
    round: id,
    at,
    good: verdict.body.good,
    failures: failuresIn(behind),
    differences: differencesIn(behind),
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
    const into = (differences[what.name] ??= { missing: [], unexpected: [] });
    for (const name of what.missing) into.missing.push(name);
    for (const name of what.unexpected) into.unexpected.push(name);
  }
  return differences;
}
