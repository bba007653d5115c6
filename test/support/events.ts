import type { Event, EventBody } from "../../src/journal/event.ts";

/** The bodies of one type, of one step if it is named. */
export function bodies<Type extends EventBody["type"]>(
  events: readonly Event[],
  type: Type,
  step?: string,
): Extract<EventBody, { type: Type }>[] {
  const isOne = (body: EventBody): body is Extract<EventBody, { type: Type }> => body.type === type;
  return events
    .filter(({ place }) => step === undefined || place.step === step)
    .map(({ body }) => body)
    .filter(isOne);
}

/** `step: outcome` of each step as a whole, in order. */
export function stepEnds(events: readonly Event[]): string[] {
  return events.flatMap(({ body, place }) =>
    body.type === "step-ended" && place.host === undefined
      ? [`${place.step}: ${body.outcome}`]
      : [],
  );
}

/** `host: outcome` of one step's hosts, in order. */
export function hostEnds(events: readonly Event[], step: string): string[] {
  return events.flatMap(({ body, place }) =>
    body.type === "step-ended" && place.step === step && place.host !== undefined
      ? [`${place.host}: ${body.outcome}`]
      : [],
  );
}
