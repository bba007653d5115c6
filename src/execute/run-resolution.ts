import type { Doubt } from "../journal/replay.ts";
import { replay } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { prepare } from "./prepare.ts";
import { RefusedError, type PhaseReport, type PhaseRequest, type PhaseWatcher } from "./request.ts";
import { refusal } from "./run-phase.ts";
import { withSession, type Session } from "./session.ts";

/** A person's word on a step whose end nothing else can tell. */
export interface Ruling {
  /** `step`, `phase/step` or `phase/step@host`. */
  readonly step: string;
  readonly ruling: "done" | "not-done";
  readonly reason: string;
}

/** Records a ruling in the journal; refused for a step whose end is known, so that nobody overrules a check. */
export async function runResolution(
  request: PhaseRequest,
  ruling: Ruling,
  watcher: PhaseWatcher,
): Promise<PhaseReport> {
  let plan: Plan | undefined;
  try {
    const prepared = prepare(request);
    plan = prepared.plan;
    watcher.planned(plan);
    return await withSession(request, prepared, {
      purpose: "resolve",
      seizeBecause: undefined,
      mayStandIn: false,
      joins: true,
      run: (session) => resolve(ruling, request, session, watcher),
    });
  } catch (error) {
    return { ...refusal("resolve", error), plan, events: [], journalHead: "" };
  }
}

async function resolve(
  { step, ruling, reason }: Ruling,
  request: PhaseRequest,
  { journal }: Session,
  watcher: PhaseWatcher,
): Promise<PhaseEnd> {
  const doubts = replay(journal.events).doubts();
  const meant = doubts.filter((doubt) => namesOf(doubt).includes(step));
  if (meant.length === 0) return notInDoubt(step, doubts);
  const [first] = meant;
  if (
    first === undefined ||
    meant.some((doubt) => doubt.phase !== first.phase || doubt.step !== first.step)
  ) {
    return refusal(
      "resolve",
      new RefusedError(
        `${step} means several steps`,
        `name one of ${meant.map(sayDoubt).join(", ")}`,
      ),
    );
  }
  journal.setRound(first.round);
  for (const { phase, step: id, host } of meant) {
    const place = { phase, step: id, ...(host === undefined ? {} : { host }) };
    const body = { type: "ruling" as const, ruling, reason, by: request.actor.by };
    watcher.event(await journal.append(place, body));
  }
  return {
    outcome: "succeeded",
    sentence: `resolve: ${meant.map(sayDoubt).join(", ")} ruled ${ruling} by ${request.actor.by}: ${reason}`,
    next: `re-run phase ${first.phase}: it goes on from there`,
  };
}

function notInDoubt(step: string, doubts: readonly Doubt[]): PhaseEnd {
  const open =
    doubts.length === 0 ? "nothing is in doubt" : `in doubt: ${doubts.map(sayDoubt).join(", ")}`;
  const message = `${step} is not in doubt; ${open}`;
  return refusal(
    "resolve",
    new RefusedError(message, "name a step that is in doubt; others are decided by their checks"),
  );
}

function sayDoubt({ phase, step, host }: Doubt): string {
  return host === undefined ? `${phase}/${step}` : `${phase}/${step}@${host}`;
}

function namesOf({ phase, step, host }: Doubt): readonly string[] {
  const at = host === undefined ? [] : [`${step}@${host}`, `${phase}/${step}@${host}`];
  return [step, `${phase}/${step}`, ...at];
}
