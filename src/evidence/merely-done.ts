import type { Event } from "../journal/event.ts";

interface Life {
  attempted: boolean;
  outcome: string;
}

/**
 * Steps that a run only found done: their check said so, and it sent nothing itself. Such a run says nothing of what
 * the step would do, so it proves nothing for another environment. What others sent in its round is theirs.
 */
export function merelyDone(
  events: readonly Event[],
  { run, acts }: { readonly run: string; readonly acts: readonly string[] },
): string[] {
  const lives = new Map<string, Life>();
  for (const { actor, body, place } of events) {
    const { phase, step, host } = place;
    if (phase === undefined || step === undefined) continue;
    const name = `${phase}/${step}`;
    if (!acts.includes(name)) continue;
    const part = host === undefined ? name : `${name}@${host}`;
    const life = lives.get(part) ?? { attempted: false, outcome: "" };
    lives.set(part, life);
    if (body.type === "step-intended" && actor.run === run) life.attempted = true;
    if (body.type === "step-ended") life.outcome = body.outcome;
  }
  // A step with parts ends once more as a whole, and that end only repeats what its parts say.
  const wholes = new Set([...lives.keys()].flatMap((part) => part.match(/^.*(?=@)/)?.[0] ?? []));
  return [...lives]
    .filter(([part]) => !wholes.has(part))
    .filter(([, life]) => life.outcome === "already-done" && !life.attempted)
    .map(([part]) => part);
}
