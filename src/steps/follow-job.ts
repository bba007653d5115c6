import { matches, parsePattern } from "../erlang/pattern.ts";
import { printTerm } from "../erlang/print.ts";
import type { Term } from "../erlang/term.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import { compareSides, describeRows, readSide } from "./compare.ts";
import type { Act, Attempt, Check, Intent, StepContext } from "./context.ts";
import type { JobSpec } from "./eval.ts";
import { FailureReader } from "./failures.ts";
import { observeDifferences } from "./observe-judged.ts";
import { observeFailures } from "./observe-failures.ts";
import { counter, readStatus, statusMatches } from "./job-status.ts";
import { LogReader, type LogPosition } from "./log-reader.ts";
import { JobProgress } from "./progress.ts";
import type { Log, Poll } from "./resources.ts";

/** What the intent keeps of an asynchronous job: counters are never reset by the far side, so differences count. */
interface JobBaseline {
  readonly done: number;
  readonly failed: number;
  readonly sticky: boolean;
  readonly log: LogPosition;
  readonly total: number | undefined;
  /** Objects that are in SQL already. */
  readonly present?: number;
  /** Whose position `log` is. */
  readonly logName?: string;
}

/** An answer that takes longer than this to turn into a running job is not coming. */
const lateStartSeconds = 300;

function pollOf(job: JobSpec, context: StepContext): Poll {
  const poll = context.resources.polls[job.poll];
  if (poll === undefined) throw new Error(`there is no poll ${job.poll}`);
  return poll;
}

/** Whether the job's objects are all there: decided by the two last sides, never by the job's own status. */
export async function jobCheck(
  job: JobSpec,
  consoleName: string,
  context: StepContext,
): Promise<Check> {
  const poll = pollOf(job, context);
  const status = await readStatus(context.console(consoleName), poll, context);
  if (!status.ok) return { state: "cannot-tell", detail: status.reason };
  if (poll.busy.some((busy) => statusMatches(busy, status.values)))
    return { state: "running", detail: status.text };
  if (job.reconciles === undefined) return { state: "not-done", detail: status.text };
  const compared = await compareSides([job.reconciles], ["dets", "sql"], context);
  if (!compared.ok) return { state: "cannot-tell", detail: compared.reason };
  const [row] = compared.rows;
  const detail = describeRows(compared.rows);
  if (row === undefined) return { state: "cannot-tell", detail };
  const ended = context.wasDone();
  if (row.ok && (ended || (row.sides["sql"] ?? 0) > 0)) return { state: "done", detail };
  if ((row.sides["sql"] ?? 0) > 0) return { state: "partial", detail };
  if (row.ok && (await nothingToDo(job, context)))
    return { state: "done", detail: `${detail}; the source has none` };
  return { state: "not-done", detail };
}

/** A kind of object that the source does not have at all will never be seen in SQL. */
async function nothingToDo({ reconciles }: JobSpec, context: StepContext): Promise<boolean> {
  const sides = context.resources.reconciliations[reconciles ?? ""]?.sides;
  if (sides === undefined) return false;
  for (const side of [sides.dets, sides.source]) {
    const held = await readSide(side, context);
    if (!held.ok || !held.holding.present || held.holding.count > 0) return false;
  }
  return true;
}

/** Makes sure that a start can only start this job, and keeps where counters and log stand before it. */
export async function jobIntent(
  expression: string,
  job: JobSpec,
  consoleName: string,
  context: StepContext,
): Promise<Intent | Act> {
  const poll = pollOf(job, context);
  const console = context.console(consoleName);
  for (const { eval: before, expect } of poll.before) {
    const answer = await console.evaluate(before, { timeoutSeconds: 60, signal: context.signal });
    if (answer.kind !== "value")
      return { outcome: "refused", detail: `${before} ${sayEvaluation(answer)}` };
    if (matches(parsePattern(expect), answer.term) === undefined) {
      return {
        outcome: "refused",
        detail: `${before} gives ${printTerm(answer.term)}, wanted ${expect}`,
      };
    }
  }
  const status = await readStatus(console, poll, context);
  if (!status.ok) return { outcome: "refused", detail: status.reason };
  if (!statusMatches(poll.idle, status.values)) {
    return {
      outcome: "refused",
      detail: `another ${job.poll} is under way, and a second start would kill or halt it: ${status.text}`,
      next: "wait until it has ended, or dispatch the rollback, which halts it",
    };
  }
  const total = await totalOf(job, context);
  if (typeof total === "string") return { outcome: "refused", detail: total };
  const baseline: JobBaseline = {
    done: counter(status.values, poll.counters.done),
    failed: counter(status.values, poll.counters.failed),
    sticky: isSticky(poll, status.values),
    log: await logPosition(job, context),
    total,
    present: await presentOf(job, context),
    ...(job.log === undefined ? {} : { logName: job.log }),
  };
  return { act: expression, resume: { ...baseline } };
}

/** With an empty source side a job "succeeds" with nothing done, so that must be true of the first side as well. */
async function totalOf(job: JobSpec, context: StepContext): Promise<number | undefined | string> {
  if (job.reconciles === undefined) return undefined;
  const sides = context.resources.reconciliations[job.reconciles]?.sides;
  if (sides === undefined) return `there is no reconciliation ${job.reconciles}`;
  const dets = await readSide(sides.dets, context);
  if (!dets.ok) return dets.reason;
  if (dets.holding.count > 0) return dets.holding.count;
  const source = await readSide(sides.source, context);
  if (!source.ok) return source.reason;
  if (source.holding.count === 0) return 0;
  return `dets are empty while the source has ${source.holding.count}: it would end at once with nothing done`;
}

/** How many of the objects are in SQL already: a job that is started again fails on each of them. */
async function presentOf({ reconciles }: JobSpec, context: StepContext): Promise<number> {
  const side = context.resources.reconciliations[reconciles ?? ""]?.sides.sql;
  const held = side === undefined ? undefined : await readSide(side, context);
  return held?.ok === true ? held.holding.count : 0;
}

async function logPosition(job: JobSpec, context: StepContext): Promise<LogPosition> {
  const log = job.log === undefined ? undefined : context.resources.logs[job.log];
  if (log === undefined) return {};
  const reader = new LogReader(log, context);
  await reader.skipToEnd();
  return reader.position();
}

function isSticky(poll: Poll, values: ReadonlyMap<string, Term>): boolean {
  return Object.keys(poll.sticky).length > 0 && statusMatches(poll.sticky, values);
}

/** Follows a started job to its real end, then reads from the log what the status does not tell. */
export async function followJob(
  job: JobSpec,
  consoleName: string,
  context: StepContext,
  attempt: Attempt,
  start: "answered" | "unanswered",
  timeoutSeconds: number,
): Promise<Act> {
  const baseline = attempt.resume as unknown as JobBaseline;
  const log = job.log === undefined ? undefined : context.resources.logs[job.log];
  const reader = log === undefined ? undefined : new FailureReader(log, baseline.log, context);
  const resumed = attempt.resumed === true;
  const following = { consoleName, baseline, start, timeoutSeconds, reader, resumed };
  const act = await pollToEnd(pollOf(job, context), context, following);
  const stillRuns = act.outcome === "cancelled" || act.outcome === "unknown";
  if (stillRuns || log === undefined || reader === undefined) return act;
  const told = await withFailures(act, log, reader, context, baseline.present);
  await nameDifferences(job, context);
  return told;
}

/** What is missing without a word is named while it can be: its phase ends here, and no verdict will tell. */
async function nameDifferences({ reconciles }: JobSpec, context: StepContext): Promise<void> {
  if (reconciles === undefined) return;
  const compared = await compareSides([reconciles], ["dets", "sql"], context);
  if (compared.ok) await observeDifferences(compared.accounts, context);
}

interface Following {
  readonly consoleName: string;
  readonly baseline: JobBaseline;
  readonly start: "answered" | "unanswered";
  readonly timeoutSeconds: number;
  readonly reader: FailureReader | undefined;
  readonly resumed: boolean;
}

/** How often a log is read while its job runs: often enough that nothing is rotated away unread. */
const readLogEverySeconds = 20;

async function pollToEnd(
  poll: Poll,
  context: StepContext,
  { consoleName, baseline, start, timeoutSeconds, reader, resumed }: Following,
): Promise<Act> {
  const console = context.console(consoleName);
  const startedAt = context.now().getTime();
  const progress = new JobProgress(context, baseline.total, resumed);
  let began = start === "answered";
  let stalledTimes = 0;
  let freedAt: number | undefined;
  let readAt = startedAt;
  for (;;) {
    // A pause comes first: asking too soon or too often can stall the far side.
    await context.sleep(poll.everySeconds);
    if (context.signal.aborted) {
      return {
        outcome: "cancelled",
        detail: "it runs on in the console",
        next: "run this phase again: it follows the job",
      };
    }
    const status = await readStatus(console, poll, context);
    const seconds = (context.now().getTime() - startedAt) / 1000;
    if (!status.ok) {
      // A manager that loads its queue answers late; that says nothing against the job.
      if (status.late && seconds < timeoutSeconds) continue;
      const outcome = status.gone ? "failed" : "unknown";
      return { outcome, detail: status.reason, underWay: !status.gone };
    }
    if (context.now().getTime() - readAt >= readLogEverySeconds * 1000) {
      await reader?.read();
      readAt = context.now().getTime();
    }
    const done = counter(status.values, poll.counters.done) - baseline.done;
    const busy = poll.busy.some((one) => statusMatches(one, status.values));
    began ||= busy || done > 0;
    await progress.saw(done);
    if (seconds > timeoutSeconds)
      return {
        outcome: "unknown",
        detail: `still running after ${timeoutSeconds} s: ${status.text}`,
        underWay: true,
      };
    if (!busy) {
      if (!began && seconds < lateStartSeconds) continue;
      return endOf(poll, status.values, status.text, done, baseline, began);
    }
    const stalled = poll.stalled !== undefined && statusMatches(poll.stalled.when, status.values);
    stalledTimes = stalled ? stalledTimes + 1 : 0;
    if (poll.stalled === undefined || stalledTimes < poll.stalled.times) continue;
    if (freedAt === done) {
      return {
        outcome: "unknown",
        detail: `stalled again where it was freed before: ${status.text}`,
        underWay: true,
      };
    }
    freedAt = done;
    stalledTimes = 0;
    await context.observe({
      kind: "note",
      text: `stalled at ${done}; freed with ${poll.stalled.free}`,
    });
    await console.evaluate(poll.stalled.free, { timeoutSeconds: 30, signal: context.signal });
  }
}

function endOf(
  poll: Poll,
  values: ReadonlyMap<string, Term>,
  text: string,
  done: number,
  baseline: JobBaseline,
  began: boolean,
): Act {
  const of = baseline.total === undefined ? "" : ` of ${baseline.total}`;
  if (!began)
    return {
      outcome: "unknown",
      detail: `the start gave no answer and nothing began: ${text}`,
      next: "restart the console, so that the start cannot come late, then run this phase again",
      underWay: true,
    };
  if (isSticky(poll, values) && !baseline.sticky) {
    return {
      outcome: "failed",
      detail: `stopped early by itself after ${done}${of}: ${text}`,
      next: continueNext,
    };
  }
  if (Object.keys(poll.stopped).length > 0 && statusMatches(poll.stopped, values)) {
    return {
      outcome: "failed",
      detail: `stopped early after ${done}${of}: ${text}`,
      next: continueNext,
    };
  }
  const failed = counter(values, poll.counters.failed) - baseline.failed;
  if (!statusMatches(poll.done, values))
    return { outcome: "failed", detail: `ended in a state that is not its end: ${text}` };
  if (baseline.total !== undefined && done < baseline.total && baseline.total > 0 && done === 0) {
    return {
      outcome: "failed",
      detail: `ended with nothing done${of}: ${text}`,
      next: continueNext,
    };
  }
  return {
    outcome: "succeeded",
    detail: `${done}${of} handled${failed > 0 ? `, ${failed} failed by its own count` : ""}`,
  };
}

const continueNext =
  "run this phase again: it starts the same migration again, and what is there already is recognised";

async function withFailures(
  act: Act,
  log: Log,
  reader: FailureReader,
  context: StepContext,
  present: number | undefined,
): Promise<Act> {
  const failures = await reader.end();
  await observeFailures(log, failures, context, present);
  const counts = Object.entries(failures.classes).map(([name, found]) => `${name} ${found.count}`);
  if (failures.unclassified > 0) counts.push(`unknown errors ${failures.unclassified}`);
  return {
    ...act,
    detail: counts.length === 0 ? act.detail : `${act.detail}; in the log: ${counts.join(", ")}`,
  };
}
