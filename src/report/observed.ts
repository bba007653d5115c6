import type { Event, Observation } from "../journal/event.ts";
import { groupBy } from "./group-by.ts";

/** An observation with where and when it was made. */
export interface Seen<Kind extends Observation["kind"]> {
  readonly at: string;
  readonly step: string;
  readonly host: string | undefined;
  readonly attempt: number;
  readonly what: Extract<Observation, { kind: Kind }>;
}

/** All observations of one kind, in the journal's order. */
export function seen<Kind extends Observation["kind"]>(
  events: readonly Event[],
  kind: Kind,
): Seen<Kind>[] {
  return events.flatMap(({ at, place, body }) =>
    body.type === "observed" && body.observation.kind === kind
      ? [
          {
            at,
            step: place.step ?? "",
            host: place.host,
            attempt: place.attempt ?? 1,
            what: body.observation as Extract<Observation, { kind: Kind }>,
          },
        ]
      : [],
  );
}

/** The same, step by step. */
export function seenByStep<Kind extends Observation["kind"]>(
  events: readonly Event[],
  kind: Kind,
): Map<string, Seen<Kind>[]> {
  return groupBy(seen(events, kind), ({ step }) => step);
}
