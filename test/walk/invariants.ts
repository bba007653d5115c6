import type { PhaseReport } from "../../src/execute/request.ts";
import type { Event } from "../../src/journal/event.ts";
import { replay } from "../../src/journal/replay.ts";
import type { FarSide } from "./far-side.ts";
import { hosts, type HostName } from "./ground.ts";
import { must } from "./must.ts";
import { changesOf } from "./runbook.ts";
import type { Runner } from "./runner.ts";
import type { Walk } from "./walk.ts";

/** At the moment of an intent: nothing is announced that is there already or is being made. */
export function judgeIntent(far: FarSide, { body, place }: Event): void {
  if (body.type !== "step-intended") return;
  const host = hosts.find((one) => one === place.host);
  const { step } = place;
  must(host !== undefined && step !== undefined, "an intent has no host or no step");
  const working = far
    .working(host)
    .find(({ change }) => change === step || change.startsWith(`${step}/`));
  must(
    working === undefined,
    `${step}@${host}: announced anew while process ${working?.pid} makes it`,
  );
  if (step === "undo" || step === "notice") return;
  must(far.state(host, step) !== "done", `${step}@${host}: announced anew although it is done`);
}

/** What was noted around a job, so that its own words can be judged. */
export interface Around {
  /** Nobody and nothing else changed anything meanwhile. */
  readonly alone: boolean;
  /** Something was changed meanwhile, and not by what an earlier job had sent. */
  readonly changed: boolean;
}

/** A job's outcome is the truth, its refusal has a name, and it leaves no lease. */
export function judgeEnd(
  walk: Walk,
  job: Runner,
  report: PhaseReport,
  { alone, changed }: Around,
): void {
  const { outcome, sentence, next } = report;
  const intended = job.events.filter(({ body }) => body.type === "step-intended").length;
  // What a host refused to begin was announced, and not done.
  const refused = job.events.filter(
    ({ body }) => body.type === "step-applied" && body.outcome === "refused",
  ).length;
  must(next !== "", `nobody is told what to do: ${sentence}`);
  if (outcome === "refused") {
    must(intended <= refused, `refused, and it had announced a change: ${sentence}`);
    must(!(alone && changed), `refused, and something was changed: ${sentence}`);
    judgeRefusal(sentence);
  }
  if (outcome === "cancelled") must(job.cancelled, `nobody cancelled it: ${sentence}`);
  if (outcome === "unknown") {
    // Where a rollback keeps its own journal, what it sent stands there.
    const told = [walk.state(), replay(report.events)];
    const open = told.some((state) => state.inFlight().length > 0);
    must(
      open || sentence.includes(": stopped, "),
      `unknown, and nothing is in flight: ${sentence}`,
    );
  }
  if (
    alone &&
    (outcome === "succeeded" || outcome === "already-done") &&
    job.ask.ruling === undefined
  )
    judgeDone(walk, job.ask.phase, sentence);
  judgeLease(walk, job);
}

/** Who is refused because of somebody else is told who that is. */
function judgeRefusal(sentence: string): void {
  if (sentence.includes("the lease is held")) {
    const named = /held by \w+, run \d+ attempt \d+ \(https:\S+\), for \w+, since \S+, until /;
    must(named.test(sentence), `the holder has no name: ${sentence}`);
  }
  if (sentence.includes("belongs to run")) {
    const named = /round r\w+ belongs to run \d+ https:\S+ of \w+ since /;
    must(named.test(sentence), `the owner has no name: ${sentence}`);
  }
}

function judgeDone(walk: Walk, phase: string, sentence: string): void {
  const { far } = walk;
  if (phase === "rollback")
    return must(far.isUntouched(), `${sentence}, and something is still there`);
  if (/round \S+ was closed/.test(sentence)) return;
  for (const [change, host] of changesOf(phase))
    must(
      far.state(host, change) === "done" || isHidden(walk, change, host),
      `${sentence}, and ${change}@${host} is not done`,
    );
}

/** Nothing tells whether `notice` was done: who follows it to its good end cannot see that somebody took it back. */
function isHidden({ far }: Walk, change: string, host: HostName): boolean {
  return (
    change === "notice" &&
    far.ledger(host).findLast((one) => one.change === change)?.byHand === true
  );
}

function judgeLease(walk: Walk, job: Runner): void {
  if (job.cutOff || walk.machine.isFull("one")) return;
  const holder = walk.machine.leaseWords().slice(3).join(" ");
  const { run, runAttempt } = job.ask.actor;
  const mine = holder.includes(`"run":"${run}","runAttempt":${runAttempt},`);
  must(!mine, `run ${run} attempt ${runAttempt} is over and left its lease`);
}

/** How a walk may end. */
export type WalkEnd = "complete" | "rolled back";

/** The end of the walk: what is said is what is so, and nothing is left over. */
export function judgeWalkEnd(walk: Walk, end: WalkEnd): void {
  const { far } = walk;
  const state = walk.state();
  const whole = end === "complete" ? far.isWhole() : far.isUntouched();
  must(whole, `the end is ${end}, and the far side is not so`);
  must(state.inFlight().length === 0, `the end is ${end}, and something is in flight`);
  must(!state.downtime(walk.clock.now()).running, `the end is ${end}, and the clock runs`);
}
