import type { Event } from "../journal/event.ts";

/** Kinds that only bring a thing into a state that it may be in anyway: a console that runs already was not waited for. */
const statesOnly = new Set(["control"]);

interface Life {
  readonly kind: string;
  attempted: boolean;
  outcome: string;
}

/**
 * Steps that a round only found done: their check said so, and nothing was sent. Such a round says nothing of what
 * the step would do, so it proves nothing for another environment.
 */
export function merelyDone(events: readonly Event[]): string[] {
  const kinds = new Map<string, string>();
  const lives = new Map<string, Life>();
  for (const { body, place } of events) {
    const { phase, step, host } = place;
    if (phase === undefined || step === undefined) continue;
    const name = `${phase}/${step}`;
    if (body.type === "step-started") kinds.set(name, body.kind);
    const part = host === undefined ? name : `${name}@${host}`;
    const life = lives.get(part) ?? { kind: kinds.get(name) ?? "", attempted: false, outcome: "" };
    lives.set(part, life);
    if (body.type === "step-intended") life.attempted = true;
    if (body.type === "step-ended") life.outcome = body.outcome;
  }
  // A step with parts ends once more as a whole, and that end only repeats what its parts say.
  const wholes = new Set([...lives.keys()].flatMap((part) => part.match(/^.*(?=@)/)?.[0] ?? []));
  return [...lives]
    .filter(([part]) => !wholes.has(part))
    .filter(([, life]) => life.outcome === "already-done" && !life.attempted)
    .filter(([, life]) => !statesOnly.has(life.kind))
    .map(([part]) => part);
}
