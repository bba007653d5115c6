import { matches, parsePattern } from "../erlang/pattern.ts";
import { printTerm } from "../erlang/print.ts";
import type { Evaluation } from "../transport/console/console.ts";
import { renderCommand } from "../transport/shell.ts";
import { describeCheck, runCheck, type CheckSpec } from "./check.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import type { Act, Attempt, Check, Intent, StepContext } from "./context.ts";
import { followJob, jobCheck, jobIntent } from "./follow-job.ts";
import type { HostCommand } from "./resources.ts";
import { run } from "./run.ts";
import type { StepKind } from "./step-kind.ts";
import { tellByCheck, tellBySides, tellByStatus } from "./tell.ts";

/** An expression in a console, and with `poll` the asynchronous job that it starts. */
export interface EvalSpec {
  readonly console: string;
  readonly eval: string;
  readonly expect: string | undefined;
  readonly check: CheckSpec | undefined;
  /** The job that the expression starts, and where it tells what failed. */
  readonly job: JobSpec | undefined;
  /** What reaches the same end when the console cannot be used. */
  readonly otherwise: HostCommand | undefined;
  readonly timeoutSeconds: number;
}

export interface JobSpec {
  readonly poll: string;
  readonly log: string | undefined;
  readonly reconciles: string | undefined;
}

/** How long a console is asked whether it is still at an evaluation. */
const askSeconds = 5;

/** `eval`: evaluated once under an id that the node remembers, whatever happens to us meanwhile. */
export const evaluate: StepKind<EvalSpec> = {
  name: "eval",
  mutates: true,
  describe: (step) => [
    step.eval,
    ...(step.expect === undefined ? [] : [`must give ${step.expect}`]),
    ...(step.job === undefined ? [] : describeJob(step.job)),
    ...describeCheck(step.check),
    ...(step.otherwise === undefined
      ? []
      : [`if the console cannot be used: ${renderCommand(step.otherwise.command)}`]),
  ],
  tell: (step, resources) =>
    step.job === undefined
      ? tellByCheck(step.check, resources)
      : [
          ...tellByStatus(step.job.poll, step.console, resources),
          ...tellBySides(step.job.reconciles ?? "", ["dets", "sql"], resources),
        ],
  check: (step, context) => checkEval(step, context),
  intend: (step, context) => intendEval(step, context),
  apply: async (step, context, attempt) => {
    if (attempt.resume["otherwise"] === true) return applyOtherwise(step, context, attempt);
    return actOf(step, context, attempt, await send(step, context, attempt));
  },
  resume: (step, context, attempt) => resumeEval(step, context, attempt),
  underWay: (step, context, attempt) => underWay(step, context, attempt),
  settle: (step, context, attempt) => context.console(step.console).forget(attempt.id),
};

function describeJob(job: JobSpec): string[] {
  const done =
    job.reconciles === undefined
      ? []
      : [`done when each of the ${job.reconciles} is in SQL or named by a known failure`];
  return [`sent once, then followed to its end (poll ${job.poll})`, ...done];
}

async function checkEval(step: EvalSpec, context: StepContext): Promise<Check> {
  if (step.job !== undefined) return jobCheck(step.job, step.console, context);
  if (step.check !== undefined) return runCheck(step.check, context);
  return { state: "not-done", detail: "it is declared repeatable" };
}

async function intendEval(step: EvalSpec, context: StepContext): Promise<Intent | Act> {
  const { state, detail } = await context.console(step.console).state();
  if (state !== "up") {
    if (step.otherwise !== undefined) {
      return { act: renderCommand(step.otherwise.command), resume: { otherwise: true } };
    }
    return {
      outcome: "refused",
      detail: `console ${step.console} cannot be used: ${detail}`,
      next: `start console ${step.console} (the step that starts it says how), then run this phase again`,
    };
  }
  if (step.job === undefined) return { act: step.eval, resume: {} };
  return jobIntent(step.eval, step.job, step.console, context);
}

/** What the node still knows of an attempt. A console that cannot be asked leaves its end open; a node that is down has ended it. */
async function resumeEval(
  step: EvalSpec,
  context: StepContext,
  attempt: Attempt,
): Promise<Act | undefined> {
  if (attempt.resume["otherwise"] === true && step.otherwise !== undefined) {
    return run.resume?.(otherwiseSpec(step, step.otherwise), context, attempt);
  }
  const console = context.console(step.console);
  const answer = await console.recall(attempt.id, {
    timeoutSeconds: step.timeoutSeconds,
    signal: context.signal,
  });
  if (answer === undefined) return undefined;
  const ended = answer.kind !== "refused" && answer.kind !== "lost" && answer.kind !== "running";
  // Where there is another way to the same end, nothing has to wait for this one.
  if (!ended && step.otherwise !== undefined && !context.signal.aborted) return undefined;
  if (ended || answer.kind === "running")
    return actOf(step, context, { ...attempt, resumed: true }, answer);
  if ((await console.state()).state === "down") return undefined;
  const detail = `what became of an earlier attempt cannot be asked: ${sayEvaluation(answer)}`;
  const next = answer.kind === "refused" ? { next: answer.next } : {};
  return { outcome: "unknown", detail, ...next, underWay: true };
}

/** Where it is still at work; with another way to the same end, only that way is asked. */
async function underWay(
  step: EvalSpec,
  context: StepContext,
  attempt: Attempt,
): Promise<string | undefined> {
  if (step.otherwise !== undefined)
    return run.underWay?.(otherwiseSpec(step, step.otherwise), context, attempt);
  const console = context.console(step.console);
  const answer = await console.recall(attempt.id, {
    timeoutSeconds: askSeconds,
    signal: context.signal,
  });
  if (answer?.kind === "running") return `console ${step.console} is still evaluating it`;
  if (answer?.kind !== "refused" && answer?.kind !== "lost") return undefined;
  if ((await console.state()).state === "down") return undefined;
  return `whether console ${step.console} is still evaluating it cannot be asked: ${sayEvaluation(answer)}`;
}

/** A console that is up when it is asked can still be gone, or somebody else's, when the expression is sent. */
async function send(step: EvalSpec, context: StepContext, attempt: Attempt): Promise<Evaluation> {
  return context.console(step.console).evaluate(step.eval, {
    id: attempt.id,
    timeoutSeconds: step.timeoutSeconds,
    signal: context.signal,
  });
}

async function actOf(
  step: EvalSpec,
  context: StepContext,
  attempt: Attempt,
  answer: Evaluation,
): Promise<Act> {
  if (step.job !== undefined) return jobAct(step, step.job, context, attempt, answer);
  const nothingSent =
    answer.kind === "refused" || (answer.kind === "lost" && answer.evaluated === "no");
  if (nothingSent && step.otherwise !== undefined) {
    context.say(`${step.eval} ${sayEvaluation(answer)}; taking the other way`);
    return applyOtherwise(step, context, attempt);
  }
  return answered(step, answer, context);
}

function applyOtherwise(step: EvalSpec, context: StepContext, attempt: Attempt): Promise<Act> {
  if (step.otherwise === undefined) {
    return Promise.resolve({ outcome: "failed", detail: "there is no other way than the console" });
  }
  return run.apply(otherwiseSpec(step, step.otherwise), context, attempt);
}

function otherwiseSpec(step: EvalSpec, on: HostCommand) {
  return { on, check: step.check, timeoutSeconds: step.timeoutSeconds };
}

function answered(step: EvalSpec, answer: Evaluation, context: StepContext): Act {
  switch (answer.kind) {
    case "value": {
      const text = printTerm(answer.term);
      if (
        step.expect === undefined ||
        matches(parsePattern(step.expect), answer.term) !== undefined
      ) {
        return { outcome: "succeeded", detail: text };
      }
      return {
        outcome: mayComeLate(text) ? "unknown" : "failed",
        detail: `gives ${text}, wanted ${step.expect}`,
      };
    }
    case "running":
      return {
        outcome: context.signal.aborted ? "cancelled" : "unknown",
        detail: sayEvaluation(answer),
        underWay: true,
      };
    case "lost":
      return {
        outcome: answer.evaluated === "no" ? "failed" : "unknown",
        detail: sayEvaluation(answer),
        underWay: answer.evaluated !== "no",
      };
    case "exception":
      return {
        outcome: mayComeLate(answer.text) ? "unknown" : "failed",
        detail: sayEvaluation(answer),
      };
    case "too-large":
      return { outcome: "unknown", detail: sayEvaluation(answer) };
    case "refused":
      return { outcome: "refused", detail: answer.reason, next: answer.next };
    default:
      return { outcome: "failed", detail: sayEvaluation(answer) };
  }
}

/** A call that timed out has been sent all the same: what it asked for may be done later. */
function mayComeLate(text: string): boolean {
  return /\btimeout\b/.test(text);
}

/** A start that timed out is a start all the same: the job begins later, so it is followed and never sent again. */
async function jobAct(
  step: EvalSpec,
  job: JobSpec,
  context: StepContext,
  attempt: Attempt,
  answer: Evaluation,
): Promise<Act> {
  const act = answered(step, answer, context);
  const sentWithoutAnswer =
    answer.kind === "running" || (answer.kind === "exception" && mayComeLate(answer.text));
  if (act.outcome === "succeeded")
    return followJob(job, step.console, context, attempt, "answered", step.timeoutSeconds);
  if (sentWithoutAnswer && !context.signal.aborted) {
    context.say(
      `${step.eval} gave no answer in time; it may begin later, so it is followed and not sent again`,
    );
    return followJob(job, step.console, context, attempt, "unanswered", step.timeoutSeconds);
  }
  return act;
}
