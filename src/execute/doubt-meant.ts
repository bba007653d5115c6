import { nearest } from "../config/nearest.ts";
import type { Doubt, JournalState } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import { RefusedError } from "./request.ts";

/** The parts of the one step that a person means; refused when that is no step, not in doubt, or more than one. */
export function doubtMeant(
  step: string,
  state: JournalState,
  plan: Plan,
): readonly [Doubt, ...Doubt[]] {
  const doubts = state.doubts();
  const [first, ...others] = doubts.filter((doubt) => namesOf(doubt).includes(step));
  if (first === undefined) throw notInDoubt(step, state, plan);
  const meant = [first, ...others] as const;
  if (meant.some((doubt) => doubt.phase !== first.phase || doubt.step !== first.step)) {
    throw new RefusedError(
      `${step} means several steps`,
      `name one of ${meant.map(sayDoubt).join(", ")}`,
    );
  }
  return [first, ...others];
}

/** `phase/step`, or `phase/step@host`. */
export function sayDoubt({ phase, step, host }: Pick<Doubt, "phase" | "step" | "host">): string {
  return host === undefined ? `${phase}/${step}` : `${phase}/${step}@${host}`;
}

function namesOf({ phase, step, host }: Pick<Doubt, "phase" | "step" | "host">): readonly string[] {
  const at = host === undefined ? [] : [`${step}@${host}`, `${phase}/${step}@${host}`];
  return [step, `${phase}/${step}`, ...at];
}

function notInDoubt(step: string, state: JournalState, plan: Plan): RefusedError {
  const doubts = state.doubts();
  const open =
    doubts.length === 0 ? "nothing is in doubt" : `in doubt: ${doubts.map(sayDoubt).join(", ")}`;
  const names = plan.phases.flatMap(({ id: phase, steps }) =>
    steps.flatMap(({ id, units }) => [
      ...namesOf({ phase, step: id }),
      ...units.flatMap(({ host }) =>
        host === undefined ? [] : namesOf({ phase, step: id, host }),
      ),
    ]),
  );
  if (!names.includes(step)) {
    const near = nearest(step, [...doubts.flatMap(namesOf), ...names]);
    const meant = near === undefined ? "" : `; did you mean ${near}?`;
    return new RefusedError(`there is no step ${step}${meant} (${open})`, nameOne);
  }
  const flying = state
    .inFlight()
    .find((one) => !one.inFlight.unknown && namesOf(one).includes(step));
  if (flying === undefined) return new RefusedError(`${step} is not in doubt; ${open}`, nameOne);
  return new RefusedError(
    `${step} is not in doubt: it was sent at ${flying.inFlight.intendedAt}, and nobody has asked yet how it ended; ${open}`,
    `re-run phase ${flying.phase}: it follows what runs, and says so if that cannot be known`,
  );
}

const nameOne = "name a step that is in doubt; others are decided by their checks";
