import type { Event, Outcome } from "../../src/journal/event.ts";

/** A moment in a job's life, by what the job writes into the journal. */
export interface Moment {
  /** Completes "the job ended before it …". */
  readonly what: string;
  is(event: Event): boolean;
}

/** The intent is durable, and the change is about to be sent. */
export function intends(step: string, host?: string): Moment {
  return {
    what: `intends ${step}${host === undefined ? "" : ` on ${host}`}`,
    is: ({ body, place }) =>
      body.type === "step-intended" &&
      place.step === step &&
      (host === undefined || place.host === host),
  };
}

/** A step begins; what it asks first has not been asked. */
export function starts(step: string): Moment {
  return {
    what: `starts ${step}`,
    is: ({ body, place }) => body.type === "step-started" && place.step === step,
  };
}

/** A step is over. */
export function ends(step: string, outcome?: Outcome): Moment {
  return {
    what: `ends ${step}`,
    is: ({ body, place }) =>
      body.type === "step-ended" &&
      place.step === step &&
      place.host === undefined &&
      (outcome === undefined || body.outcome === outcome),
  };
}

/** The job is admitted and begins. */
export const begins: Moment = {
  what: "begins",
  is: ({ body }) => body.type === "phase-started",
};

/** A migration was seen to have migrated something. */
export function progresses(step: string): Moment {
  return {
    what: `sees ${step} progress`,
    is: ({ body, place }) =>
      body.type === "observed" && body.observation.kind === "progress" && place.step === step,
  };
}
