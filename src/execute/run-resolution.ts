import { machineClock } from "./clock.ts";
import type { Doubt } from "../journal/replay.ts";
import { replay } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import { type BudgetDecision, decideBudget } from "./decide-budget.ts";
import type { PhaseEnd } from "./execute-phase.ts";
import { doubtMeant, sayDoubt } from "./doubt-meant.ts";
import { withRecordedHosts } from "./recorded-hosts.ts";
import { seenRunning } from "./left-behind.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { RefusedError, type PhaseReport, type PhaseRequest, type PhaseWatcher } from "./request.ts";
import { refusal } from "./run-phase.ts";
import { withSession, type Session } from "./session.ts";

/** A person's word on a step whose end nothing else can tell. */
export interface Ruling {
  /** `step`, `phase/step` or `phase/step@host`. */
  readonly step: string;
  readonly ruling: "done" | "not-done";
  readonly reason: string;
  /** Ids of the attempts that the person was shown, where somebody showed them. */
  readonly attempts?: readonly string[];
}

/** What can be recorded: a word on a step, or on the downtime's budget. */
export type Decision = Ruling | BudgetDecision;

export function isBudget(decision: Decision): decision is BudgetDecision {
  return typeof decision.ruling === "object";
}

/** Records a ruling in the journal; refused for a step whose end is known, so that nobody overrules a check. */
export async function runResolution(
  request: PhaseRequest,
  ruling: Decision,
  watcher: PhaseWatcher,
): Promise<PhaseReport> {
  let plan: Plan | undefined;
  try {
    const loaded = prepare(request);
    plan = loaded.plan;
    const prepared = await withRecordedHosts(request, loaded);
    plan = prepared.plan;
    watcher.planned(plan);
    return await withSession(request, prepared, {
      purpose: "resolve",
      seizeBecause: undefined,
      mayStandIn: false,
      run: (session) => resolve(ruling, prepared, request, session, watcher),
    });
  } catch (error) {
    return { ...refusal("resolve", error), plan, events: [], journalHead: "" };
  }
}

/** A refusal is an end like any other, so that the report has the journal that it was judged by. */
async function resolve(
  wanted: Decision,
  { plan, inventory: { stateDirectory } }: Prepared,
  request: PhaseRequest,
  { journal, hosts }: Session,
  watcher: PhaseWatcher,
): Promise<PhaseEnd> {
  try {
    if (isBudget(wanted)) {
      const { actor, clock = machineClock } = request;
      return await decideBudget(wanted, plan, actor, clock.now(), journal, watcher);
    }
    const meant = doubtMeant(wanted.step, replay(journal.events), plan);
    refuseOthers(wanted, meant);
    const connect = (host: string) => hosts.get(host);
    refuseRunning(await seenRunning(meant, { plan, stateDirectory, connect }), meant[0]);
    return await rule(wanted, meant, request, journal, watcher);
  } catch (error) {
    if (error instanceof RefusedError) return refusal("resolve", error);
    throw error;
  }
}

async function rule(
  { ruling, reason }: Ruling,
  meant: readonly [Doubt, ...Doubt[]],
  { actor }: PhaseRequest,
  journal: Session["journal"],
  watcher: PhaseWatcher,
): Promise<PhaseEnd> {
  const [first] = meant;
  journal.setRound(first.round);
  for (const { phase, step, host } of meant) {
    const place = { phase, step, ...(host === undefined ? {} : { host }) };
    watcher.event(await journal.append(place, { type: "ruling", ruling, reason, by: actor.by }));
  }
  return {
    outcome: "succeeded",
    sentence: `resolve: ${meant.map(sayDoubt).join(", ")} ruled ${ruling} by ${actor.by}: ${reason}`,
    next: `re-run phase ${first.phase}: it goes on from there`,
  };
}

/** What is seen to run has an end that can be waited for; a ruling would only let it be sent beside itself. */
function refuseRunning(running: readonly string[], { phase }: Doubt): void {
  if (running.length === 0) return;
  throw new RefusedError(
    running.join("; "),
    `re-run phase ${phase}: it follows it to its end; or wait until it has ended, or end it on its host`,
  );
}

/** Between showing and confirming, another run may have sent it again; nobody has seen that attempt. */
function refuseOthers({ step, attempts }: Ruling, meant: readonly Doubt[]): void {
  const now = meant.map(({ inFlight }) => inFlight.id);
  if (attempts === undefined || attempts.toSorted().join() === now.toSorted().join()) return;
  throw new RefusedError(
    `${step} is not what was shown any more: then it was ${attempts.join(", ")}, now it is ${now.join(", ")}`,
    "look at it again, then rule on what is in doubt now",
  );
}
