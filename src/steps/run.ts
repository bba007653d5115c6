import { overtakenNext } from "../journal/overtaken.ts";
import { readJob } from "../transport/job-control.ts";
import { runJob, type JobOptions, type JobResult } from "../transport/job.ts";
import { renderCommand, sudoAsksForPassword } from "../transport/shell.ts";
import { sayEnd, withSecrets } from "./ask.ts";
import { describeCheck, runCheck, type CheckSpec } from "./check.ts";
import type { Act, Attempt, StepContext } from "./context.ts";
import { judgeConverge, readConverge } from "./converge.ts";
import { Following } from "./following.ts";
import type { HostCommand } from "./resources.ts";
import type { StepKind } from "./step-kind.ts";
import { tellByCheck } from "./tell.ts";
import { errorText } from "../config/error-text.ts";

/** A shell command that changes something on one host. */
export interface RunSpec {
  readonly on: HostCommand;
  readonly check: CheckSpec | undefined;
  readonly timeoutSeconds: number;
  /** Its output is that of a program whose end it tells in words. */
  readonly reads?: "chef-client" | undefined;
}

/** How often a lost connection is made again before the end is called unknown. */
const reconnects = 5;
const reconnectPauseSeconds = 2;
const tailKept = 20;
/** What Chef's client says at its end is followed by where its error is. */
const convergeTail = 50;

/** `run`: detached on its host under a job directory, so that losing the runner loses nothing. */
export const run: StepKind<RunSpec> = {
  name: "run",
  mutates: true,
  describe: (step) => [
    renderCommand(step.on.command),
    ...(step.reads === undefined
      ? []
      : ["its output must say that a run of Chef's client finished"]),
    ...describeCheck(step.check),
  ],
  tell: (step, resources) => tellByCheck(step.check, resources),
  check: (step, context) =>
    step.check === undefined
      ? Promise.resolve({ state: "not-done", detail: "it is declared repeatable" })
      : runCheck(step.check, context),
  intend: (step) => Promise.resolve({ act: renderCommand(step.on.command), resume: {} }),
  apply: (step, context, attempt) => follow(step, context, attempt),
  resume: (step, context, attempt) => resume(step, context, attempt),
  underWay: (step, context, attempt) => underWay(step, context, attempt),
};

/** Looks before it follows, and starts nothing: an attempt without a trace is the check's to judge. */
async function resume(
  step: RunSpec,
  context: StepContext,
  attempt: Attempt,
): Promise<Act | undefined> {
  const connection = await context.connect(step.on.host);
  const job = await readJob(connection, context.stateDirectory, attempt.id, { bar: true });
  if (job.kind === "vanished" && job.survivors.length > 0) return survived(step, job.survivors);
  if (job.kind === "absent" || job.kind === "vanished") return undefined;
  return follow(step, context, attempt, true);
}

async function underWay(
  { on: { host } }: RunSpec,
  context: StepContext,
  { id }: Attempt,
): Promise<string | undefined> {
  const connection = await context.connect(host);
  const job = await readJob(connection, context.stateDirectory, id, { bar: true });
  switch (job.kind) {
    case "absent":
    case "ended":
      return undefined;
    case "running":
      return `it still runs on ${host} in ${context.stateDirectory}/jobs/${id}`;
    case "vanished":
      if (job.survivors.length === 0) return undefined;
      return `processes ${job.survivors.join(", ")} of it still run on ${host}`;
    case "lost":
      return `whether it still runs on ${host} cannot be asked: ${job.reason}`;
    case "bad-directory":
      return `whether it still runs on ${host} cannot be told: ${job.detail}`;
  }
}

/** Whoever wrote down the end is gone, and what it started runs on: a second one beside it would be one too many. */
function survived({ on }: RunSpec, survivors: readonly number[]): Act {
  return {
    outcome: "unknown",
    detail: `${on.host}: the job's shell or its directory is gone, and processes ${survivors.join(", ")} of it still run`,
    next: "wait until they have ended, or end them on the host, then run this phase again",
    underWay: true,
  };
}

/** Starts the job or follows it; the job directory makes that one act. Once it was there it is only followed. */
async function follow(
  step: RunSpec,
  context: StepContext,
  attempt: Attempt,
  wasThere = false,
): Promise<Act> {
  const deadline = AbortSignal.timeout(step.timeoutSeconds * 1000);
  const signal = AbortSignal.any([context.signal, deadline]);
  const following = new Following(context, attempt.number);
  let mustExist = wasThere;
  for (let tries = 0; ; tries += 1) {
    const result = await startOrFollow(step, context, attempt, following, { signal, mustExist });
    if ("directory" in result && result.directory !== undefined) mustExist = true;
    if (result.kind !== "lost" || tries >= reconnects || signal.aborted) {
      if (result.kind === "lost" || result.kind === "left-running") await following.note();
      const act = await readOutput(
        step,
        actOf(step, result, context, deadline.aborted, following),
        context,
        following,
      );
      // What was lost on the way may have started before this was refused.
      return result.kind === "refused" && tries > 0 ? { ...act, outcome: "unknown" } : act;
    }
    context.say(
      `${step.on.host}: the connection was lost (${result.reason}); connecting again to follow the job`,
    );
    following.interrupted();
    await context.sleep(reconnectPauseSeconds);
  }
}

/** What a program says of its end counts more than its exit status. */
async function readOutput(
  step: RunSpec,
  act: Act,
  context: StepContext,
  following: Following,
): Promise<Act> {
  if (step.reads === undefined || act.tail === undefined) return act;
  const converge = readConverge([...act.tail, ...following.telling]);
  if (converge !== undefined)
    await context.observe({
      kind: "converged",
      ok: converge.ok,
      updated: converge.updated,
      ...(converge.total === undefined ? {} : { total: converge.total }),
      ...(converge.seconds === undefined ? {} : { seconds: converge.seconds }),
    });
  return { ...judgeConverge(act, step.on.host, converge), tail: act.tail.slice(-tailKept) };
}

async function startOrFollow(
  step: RunSpec,
  context: StepContext,
  attempt: Attempt,
  following: Following,
  options: Pick<JobOptions, "signal" | "mustExist">,
): Promise<JobResult | NotReached> {
  const spec = {
    id: attempt.id,
    command: withSecrets(step.on, context),
    stateDirectory: context.stateDirectory,
    token: context.token,
  };
  try {
    const connection = await context.connect(step.on.host);
    return await runJob(connection, spec, {
      ...options,
      from: following.from,
      onSeen: (bytes) => following.saw(bytes),
      onOutput: (_stream, line) => {
        following.said(line);
        if (step.reads !== undefined && readConverge([line]) !== undefined) following.tell(line);
        context.say(`${step.on.host}: ${line}`);
      },
    });
  } catch (error) {
    return { kind: "lost", reason: errorText(error) };
  }
}

/** The host could not be reached at all; what was sent before is not known. */
interface NotReached {
  readonly kind: "lost";
  readonly reason: string;
}

function actOf(
  step: RunSpec,
  result: JobResult | NotReached,
  context: StepContext,
  late: boolean,
  following: Following,
): Act {
  const host = step.on.host;
  switch (result.kind) {
    case "ended":
      return ended(step, result, following);
    case "vanished":
      if (result.survivors.length > 0) return survived(step, result.survivors);
      return {
        outcome: "unknown",
        detail: `${host}: its processes are gone and left no exit status`,
        tail: following.tail(`${result.stdout}\n${result.stderr}`, tailKept),
      };
    case "refused":
      return {
        outcome: "refused",
        detail: `${host}: ${result.detail}`,
        ...(result.reason === "older-token" ? { next: overtakenNext } : {}),
      };
    case "lost":
      return {
        outcome: "unknown",
        detail: `${host}: the connection was lost (${result.reason}); it may still run`,
        underWay: true,
      };
    case "left-running": {
      const why = late ? `still running after ${step.timeoutSeconds} s` : "cancelled";
      if (!result.sent)
        return { outcome: "cancelled", detail: `${host}: ${why} before anything was sent` };
      return {
        outcome: context.signal.aborted ? "cancelled" : "unknown",
        detail: `${host}: ${why}; ${whereItGoesOn(result.directory)}`,
        next: "run this phase again: it follows the job to its end",
        underWay: true,
      };
    }
  }
}

function whereItGoesOn(directory: string | undefined): string {
  return directory === undefined
    ? "its host had not said yet that it began, so it may run"
    : `it runs on in ${directory}`;
}

function ended(
  { on: { host }, reads }: RunSpec,
  result: Extract<JobResult, { kind: "ended" }>,
  following: Following,
): Act {
  const kept = reads === undefined ? tailKept : convergeTail;
  const tail = following.tail(`${result.stdout}\n${result.stderr}`, kept);
  if (result.end.kind === "exited" && result.end.status === 0) {
    return {
      outcome: "succeeded",
      detail: result.started ? "" : "followed from an earlier attempt",
      tail,
    };
  }
  if (sudoAsksForPassword(`${tail.join("\n")}\n${result.stderr}`)) {
    return {
      outcome: "failed",
      detail: `${host}: sudo asks for a password`,
      next: "let the SSH user run sudo without a password, then run this phase again",
      tail,
    };
  }
  return { outcome: "failed", detail: `${host}: ${sayEnd(result.end)}`, tail };
}
