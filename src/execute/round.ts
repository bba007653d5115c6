import type { Actor } from "../journal/event.ts";
import type { JournalState, Round } from "../journal/replay.ts";
import { chainOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import { changedSteps, type ChangedStep } from "./changed-steps.ts";

/** Whether a phase may run now, and in which round. */
export type Admission =
  | {
      readonly kind: "go";
      readonly round: string;
      readonly opens: boolean;
      readonly takeOver: Actor | undefined;
      readonly notes: readonly string[];
    }
  | { readonly kind: "refused" | "already-done"; readonly sentence: string; readonly next: string };

export interface AdmissionRequest {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly state: JournalState;
  readonly actor: Actor;
  /** Given to take over a round that another run owns. */
  readonly reason: string | undefined;
  readonly now: Date;
}

/** What the journal says of a round that came to its end. */
export const closedByChain = "chain";

/** Decides from the journal alone: order of phases, whose round it is, and that a closed one stays closed. */
export function admit(request: AdmissionRequest): Admission {
  const { phase, state } = request;
  if (phase.dispatched === "rollback") return admitRollback(request);
  if (phase.dispatched === "reset") return admitReset(request);
  if (phase.dispatched === "restore") return admitRestore(request);
  const { round } = state;
  if (phase.round === "opens" && (round === undefined || !round.open))
    return admitOpening(request, round);
  if (round === undefined) {
    return refused(
      `no round is open in ${request.plan.environment}`,
      `run phase ${firstOf(request.plan)} first: it opens one`,
    );
  }
  if (!round.open) return closed(request, round);
  const stranger = ownerProblem(request, round);
  if (stranger !== undefined) return stranger;
  if (round.runbookDigest !== request.plan.runbookDigest) return changedRunbook(request, round);
  const missing = missingPredecessor(request);
  if (missing !== undefined) return outOfOrder(request, missing, round);
  const elsewhere = inFlightElsewhere(request, round);
  if (elsewhere !== undefined) return elsewhere;
  const takeOver = round.owner.run === request.actor.run ? undefined : round.owner;
  return { kind: "go", round: round.id, opens: false, takeOver, notes: [] };
}

/**
 * A round's id stands in paths and job names, so it is letters and digits only; it sorts by time. Two rounds of
 * one second would be one round with two lives, so the later one gets a number.
 */
export function newRoundId(now: Date, { rounds }: Pick<JournalState, "rounds">): string {
  const stamp = now.toISOString().replace(/[-:]|\..*$/g, "");
  const first = `r${stamp.toLowerCase()}`;
  const taken = new Set(rounds.map(({ id }) => id));
  let id = first;
  for (let number = 2; taken.has(id); number += 1) id = `${first}x${number}`;
  return id;
}

function admitOpening(request: AdmissionRequest, last: Round | undefined): Admission {
  const own = last !== undefined && last.owner.run === request.actor.run;
  if (own && last.closedBy !== undefined && last.closedBy !== request.phase.id)
    return closed(request, last);
  return inNewRound(request);
}

function inNewRound({ now, state }: AdmissionRequest): Admission {
  return { kind: "go", round: newRoundId(now, state), opens: true, takeOver: undefined, notes: [] };
}

/**
 * The round that a way back is about: the latest one that got past its first phase. A later round that was
 * refused at its start has changed nothing, and what is to be counted and put back is not its.
 */
export function roundBehind(state: JournalState, firstPhase: string): Round | undefined {
  const begun = ({ id }: Round): boolean => state.inRound(id).phase(firstPhase).wasDone;
  return state.rounds.findLast(begun) ?? state.round;
}

/** A rollback waits for nobody: it acts in the round behind it, open or closed, or in one of its own. */
function admitRollback(request: AdmissionRequest): Admission {
  const round = roundBehind(request.state, firstOf(request.plan));
  if (round === undefined) return inNewRound(request);
  const changed = round.runbookDigest !== request.plan.runbookDigest;
  const notes = changed
    ? [
        `the runbook changed since this round was opened; the rollback goes on with the present one${sayChanges(request, round)}`,
      ]
    : [];
  return { kind: "go", round: round.id, opens: false, takeOver: undefined, notes };
}

function admitReset(request: AdmissionRequest): Admission {
  const round = roundBehind(request.state, firstOf(request.plan));
  if (round === undefined) {
    return inNewRound(request);
  }
  const stranger = ownerRunning(request, round);
  if (stranger !== undefined) return stranger;
  return { kind: "go", round: round.id, opens: false, takeOver: undefined, notes: [] };
}

/** What puts settings back is for afterwards: while a round is open its phases and its way back count on them. */
function admitRestore(request: AdmissionRequest): Admission {
  const { plan, phase, state } = request;
  const round = roundBehind(state, firstOf(plan));
  if (round === undefined)
    return refused(
      `no round of ${plan.environment} is in the journal, so nothing is known that ${phase.id} could put back`,
      "nothing has to be done",
    );
  const open = state.rounds.find((one) => one.open);
  if (open !== undefined)
    return refused(
      `round ${open.id} (run ${open.owner.run}) is open, and what ${phase.id} puts back may be what it works with`,
      "finish that round, or dispatch the rollback, then dispatch this again",
    );
  if (round.closedBy === closedByChain)
    return refused(
      `round ${round.id} came through, and what it set is in use`,
      "dispatch the rollback first; or, where it is the settings alone that shall go back, set them by hand",
    );
  return { kind: "go", round: round.id, opens: false, takeOver: undefined, notes: [] };
}

/** A reset is dispatched by a run of its own, so it only waits for other phases that are under way. */
function ownerRunning({ phase, state }: AdmissionRequest, round: Round): Admission | undefined {
  const flying = state.inFlight().filter((one) => one.round === round.id && one.phase !== phase.id);
  const [first] = flying;
  if (first === undefined) return undefined;
  return refused(
    `"${first.step}" of phase ${first.phase} in round ${round.id} (run ${round.owner.run}) is still in flight`,
    "re-run that phase, so that it is followed to its end, or dispatch the rollback",
  );
}

/** While something of another phase may run, only that phase, which joins it, or a rollback may act. */
function inFlightElsewhere(
  { phase, state }: AdmissionRequest,
  round: Round,
): Admission | undefined {
  const [first] = state
    .inFlight()
    .filter((one) => one.round === round.id && one.phase !== phase.id);
  if (first === undefined) return undefined;
  return refused(
    `"${first.step}" of phase ${first.phase} in round ${round.id} may still be under way`,
    `re-run phase ${first.phase}, so that it is followed to its end, or dispatch the rollback`,
  );
}

function ownerProblem({ actor, reason }: AdmissionRequest, round: Round): Admission | undefined {
  if (round.owner.run === actor.run || reason !== undefined) return undefined;
  const where = round.owner.url === "" ? "" : ` ${round.owner.url}`;
  return refused(
    `round ${round.id} belongs to run ${round.owner.run}${where} of ${round.owner.by} since ${round.openedAt}`,
    "re-run that run's jobs; or take the round over by giving a reason; or dispatch the rollback",
  );
}

function closed({ actor }: AdmissionRequest, round: Round): Admission {
  const sentence = `round ${round.id} was closed by ${round.closedBy ?? "its last phase"} at ${round.closedAt ?? "an unknown time"}`;
  const own = round.owner.run === actor.run;
  if (own && round.closedBy === closedByChain) {
    return {
      kind: "already-done",
      sentence: `${sentence}; nothing is left to do`,
      next: "dispatch a new run to start another round",
    };
  }
  return refused(sentence, "dispatch a new run: its first phase opens a new round");
}

function changedRunbook(request: AdmissionRequest, round: Round): Admission {
  return refused(
    `the runbook or its variables changed since round ${round.id} was opened${sayChanges(request, round)}`,
    "re-run with the commit that opened the round, or dispatch the rollback and start a new round",
  );
}

const stepsNamed = 5;
const linesShown = 12;

/** The difference, steps that are done first: what was approved and happened is no longer what stands there. */
function sayChanges({ plan, state }: AdmissionRequest, round: Round): string {
  if (round.steps.length === 0) return "";
  const changes = changedSteps(round.steps, plan).map((one) => ({
    ...one,
    done: state.inRound(round.id).step(one.phase, one.step).done,
  }));
  if (changes.length === 0)
    return ": no step does anything else; failure rules or something that only is shown differs";
  const inOrder = changes.toSorted((a, b) => Number(b.done) - Number(a.done));
  const said = inOrder.slice(0, stepsNamed).map(sayChange);
  const more = changes.length - said.length;
  return `: ${said.join("; ")}${more > 0 ? `; and ${more} more steps` : ""}`;
}

function sayChange({ phase, step, change, lines, done }: ChangedStep & { done: boolean }): string {
  const shown = lines.slice(0, linesShown).join(" | ");
  const rest = lines.length > linesShown ? ` | … ${lines.length - linesShown} more lines` : "";
  return `${phase}/${step}${done ? ", which is done," : ""} ${change}: ${shown}${rest}`;
}

function missingPredecessor({ plan, phase, state }: AdmissionRequest): string | undefined {
  const chain = chainOf(plan);
  const before = chain.slice(
    0,
    chain.findIndex((one) => one.id === phase.id),
  );
  return before.find((one) => !state.phase(one.id).done)?.id;
}

/** What the missing phase ended with is what stands between: it says itself what would make it good. */
function outOfOrder({ phase, state }: AdmissionRequest, missing: string, { id }: Round): Admission {
  const sentence = `phase ${phase.id} is out of order: phase ${missing} is not done in round ${id}`;
  const { outcome, running, sentence: why = "", next = "" } = state.phase(missing);
  if (running && outcome !== undefined) {
    return refused(
      `phase ${phase.id} is out of order: phase ${missing} was started again in round ${id} and has not ended`,
      `re-run phase ${missing}: it looks again at what is done, and does the rest`,
    );
  }
  if (outcome === undefined || why === "") return refused(sentence, `run phase ${missing} first`);
  return refused(
    `${sentence}; it ended ${outcome}: ${why}`,
    `run phase ${missing} first. What it said comes next: ${next}`,
  );
}

function firstOf(plan: Plan): string {
  return chainOf(plan)[0]?.id ?? "";
}

function refused(sentence: string, next: string): Admission {
  return { kind: "refused", sentence, next };
}
