import { matches, parsePattern } from "../erlang/pattern.ts";
import { printTerm } from "../erlang/print.ts";
import type { Console, NodeIdentity } from "../transport/console/console.ts";
import { renderCommand } from "../transport/shell.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import type { Act, Check, StepContext } from "./context.ts";
import type { ConsoleResource, Expectation } from "./resources.ts";
import type { StepKind } from "./step-kind.ts";
import { tellByPing } from "./tell.ts";

/** Starts, stops or restarts a console. */
export interface ControlSpec {
  readonly console: string;
  readonly control: "start" | "stop" | "restart";
  readonly ready: readonly Expectation[];
  readonly timeoutSeconds: number;
}

const readyPauseSeconds = 1;

/** `control`: proven by the node's own identity and answers, not by the exit status of its script. */
export const control: StepKind<ControlSpec> = {
  name: "control",
  mutates: true,
  describe: (step, { consoles }) => [
    ...commandsOf(step, consoles[step.console]),
    ...step.ready.map((one) => `${one.eval} must give ${one.expect}`),
  ],
  tell: (step, resources) => tellByPing(step.console, resources),
  check: (step, context) => checkControl(step, context),
  intend: async (step, context) => ({
    act: `${step.control} console ${step.console}`,
    resume: { before: await context.console(step.console).identity() },
  }),
  apply: async (step, context, attempt): Promise<Act> => {
    const console = context.console(step.console);
    const options = { timeoutSeconds: step.timeoutSeconds, signal: context.signal };
    if (step.control !== "start") {
      const stopped = await console.stop(options);
      if (!stopped.ok) return failed(stopped.detail, context);
      if (step.control === "stop") return { outcome: "succeeded", detail: stopped.detail };
    }
    const started = await console.start(options);
    if (!started.ok) return failed(started.detail, context);
    return provenStart(
      step,
      context,
      console,
      attempt.resume["before"] as NodeIdentity | undefined,
    );
  },
};

/** What an operator would type; a restart is a stop and a start, so that it is proven by a new process. */
function commandsOf(
  { control: what }: ControlSpec,
  declared: ConsoleResource | undefined,
): string[] {
  if (declared === undefined) return [];
  const { directory, start, stop } = declared;
  const lines = what === "start" ? [start] : what === "stop" ? [stop] : [stop, start];
  return lines.map((line) => renderCommand({ line, directory }));
}

async function checkControl(step: ControlSpec, context: StepContext): Promise<Check> {
  const console = context.console(step.console);
  const { state, detail } = await console.state();
  if (state === "unreachable") return { state: "cannot-tell", detail };
  if (step.control === "stop") return { state: state === "down" ? "done" : "not-done", detail };
  if (state === "down") return { state: "not-done", detail };
  const problem = await notReady(step, context, console);
  if (problem !== undefined)
    // A node that answers its script but not us is somebody else's to leave, and nothing to start.
    return { state: problem.refused ? "cannot-tell" : "not-done", detail: problem.detail };
  const identity = await console.identity();
  if (identity === undefined)
    return { state: "cannot-tell", detail: "the node does not say who it is" };
  if (step.control === "restart" && !sameNode(identity, context.nodeSeen())) {
    return { state: "not-done", detail: `process ${identity.pid} was not started by this step` };
  }
  await seen(step, context, identity);
  return { state: "done", detail: `process ${identity.pid} answers` };
}

async function provenStart(
  step: ControlSpec,
  context: StepContext,
  console: Console,
  before: NodeIdentity | undefined,
): Promise<Act> {
  const deadline = context.now().getTime() + step.timeoutSeconds * 1000;
  let problem = await notReady(step, context, console);
  while (problem !== undefined && context.now().getTime() < deadline && !context.signal.aborted) {
    await context.sleep(readyPauseSeconds);
    problem = await notReady(step, context, console);
  }
  if (problem !== undefined) return failed(problem.detail, context);
  const identity = await console.identity();
  if (identity === undefined)
    return { outcome: "failed", detail: "the node answers but does not say who it is" };
  if (step.control === "restart" && sameNode(identity, before)) {
    return {
      outcome: "failed",
      detail: `process ${identity.pid} is the one from before: the node did not restart`,
    };
  }
  await seen(step, context, identity);
  return { outcome: "succeeded", detail: `process ${identity.pid} answers` };
}

/** What was cut short by a cancellation has not failed; the next run looks how it ended. */
function failed(detail: string, { signal }: StepContext): Act {
  return { outcome: signal.aborted ? "cancelled" : "failed", detail };
}

async function seen(
  step: ControlSpec,
  context: StepContext,
  identity: NodeIdentity,
): Promise<void> {
  const { host } = context.console(step.console);
  await context.observe({ kind: "console", name: step.console, host, ...identity });
}

/** Why a node is not ready; `refused` when nothing could be asked of it. */
interface NotReady {
  readonly refused: boolean;
  readonly detail: string;
}

async function notReady(
  step: ControlSpec,
  context: StepContext,
  console: Console,
): Promise<NotReady | undefined> {
  const declared = context.resources.consoles[step.console]?.ready ?? [];
  for (const { eval: expression, expect } of [...declared, ...step.ready]) {
    const answer = await console.evaluate(expression, {
      timeoutSeconds: 30,
      signal: context.signal,
    });
    if (answer.kind !== "value") {
      const detail = `${expression} ${sayEvaluation(answer)}`;
      return { refused: answer.kind === "refused", detail };
    }
    if (matches(parsePattern(expect), answer.term) === undefined) {
      const detail = `${expression} gives ${printTerm(answer.term)}, wanted ${expect}`;
      return { refused: false, detail };
    }
  }
  return undefined;
}

/** A VM's start time is measured, so it may differ by a second between two askings. */
function sameNode(a: NodeIdentity, b: NodeIdentity | undefined): boolean {
  return b !== undefined && a.pid === b.pid && Math.abs(a.startedAt - b.startedAt) <= 2;
}
