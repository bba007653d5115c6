import { matches, parsePattern } from "../erlang/pattern.ts";
import { printTerm } from "../erlang/print.ts";
import { renderCommand } from "../transport/shell.ts";
import { ask } from "./ask.ts";
import type { Check, StepContext } from "./context.ts";
import { compareSides, describeRows } from "./compare.ts";
import { readStatus, statusMatches } from "./job-status.ts";
import { readNames } from "./read-names.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import type { HostCommand } from "./resources.ts";

/** How a step is asked whether it is done; each form is read-only. */
export type CheckSpec =
  | { readonly type: "run"; readonly on: HostCommand }
  | {
      readonly type: "reading";
      readonly reading: string;
      readonly done: Readonly<Record<string, readonly string[]>>;
    }
  | {
      readonly type: "eval";
      readonly console: string;
      readonly eval: string;
      readonly done: string;
    }
  | {
      readonly type: "reconcile";
      readonly of: readonly string[];
      readonly between: readonly ("source" | "dets" | "sql")[];
    }
  | { readonly type: "idle"; readonly console: string; readonly poll: string };

/** What a check asks, as lines that a person can run or read: it is what tells when an end is unknown. */
export function describeCheck(spec: CheckSpec | undefined): string[] {
  if (spec === undefined) return [];
  switch (spec.type) {
    case "run":
      return [`done when this says so: ${renderCommand(spec.on.command)}`];
    case "reading":
      return [
        `done when ${Object.entries(spec.done)
          .map(([name, values]) => `${name} is ${values.join(" or ")}`)
          .join(", ")} (reading ${spec.reading})`,
      ];
    case "eval":
      return [`done when ${spec.eval} gives ${spec.done}`];
    case "reconcile":
      return [`done when ${spec.between.join(" = ")} for ${spec.of.join(", ")}`];
    case "idle":
      return [`done when no ${spec.poll} runs`];
  }
}

/** Asks; whatever prevents an answer is `cannot-tell` with its reason, never a guess. */
export async function runCheck(spec: CheckSpec, context: StepContext): Promise<Check> {
  switch (spec.type) {
    case "run":
      return checkByCommand(spec.on, context);
    case "reading":
      return checkByReading(spec, context);
    case "eval":
      return checkByExpression(spec, context);
    case "reconcile":
      return checkByComparison(spec, context);
    case "idle":
      return checkIdle(spec, context);
  }
}

async function checkByCommand(on: HostCommand, context: StepContext): Promise<Check> {
  const answer = await ask(on, context);
  if (!answer.ok) return { state: "cannot-tell", detail: answer.reason };
  const word = answer.lines.at(-1)?.trim() ?? "";
  if (word === "done" || word === "not-done" || word === "partial") {
    return { state: word, detail: answer.lines.slice(0, -1).slice(-3).join(" / ") };
  }
  return {
    state: "cannot-tell",
    detail: `${on.host}: the check's last line is ${JSON.stringify(word.slice(0, 100))}, not done, not-done or partial`,
  };
}

async function checkByReading(
  spec: Extract<CheckSpec, { type: "reading" }>,
  context: StepContext,
): Promise<Check> {
  const reading = await readNames(spec.reading, context);
  if (!reading.ok) return { state: "cannot-tell", detail: reading.reason };
  const wrong = Object.entries(spec.done).filter(
    ([name, allowed]) => !allowed.includes(reading.values[name] ?? ""),
  );
  const detail = Object.keys(spec.done)
    .map((name) => `${name}=${reading.values[name] || "(unset)"}`)
    .join(" ");
  if (wrong.length === 0) return { state: "done", detail };
  return { state: wrong.length === Object.keys(spec.done).length ? "not-done" : "partial", detail };
}

async function checkByExpression(
  spec: Extract<CheckSpec, { type: "eval" }>,
  context: StepContext,
): Promise<Check> {
  const answer = await context
    .console(spec.console)
    .evaluate(spec.eval, { timeoutSeconds: 60, signal: context.signal });
  switch (answer.kind) {
    case "value": {
      const done = matches(parsePattern(spec.done), answer.term) !== undefined;
      return {
        state: done ? "done" : "not-done",
        detail: `${spec.eval} gives ${printTerm(answer.term)}`,
      };
    }
    case "exception":
      return { state: "not-done", detail: `${spec.eval} raises ${answer.text}` };
    default:
      return { state: "cannot-tell", detail: `${spec.eval}: ${sayEvaluation(answer)}` };
  }
}

async function checkByComparison(
  spec: Extract<CheckSpec, { type: "reconcile" }>,
  context: StepContext,
): Promise<Check> {
  const compared = await compareSides(spec.of, spec.between, context);
  if (!compared.ok) return { state: "cannot-tell", detail: compared.reason };
  const last = spec.between.at(-1) ?? "sql";
  const detail = describeRows(compared.rows);
  if (compared.rows.every((row) => row.ok)) return { state: "done", detail };
  const empty = compared.rows.every((row) => (row.sides[last] ?? 0) === 0);
  return { state: empty ? "not-done" : "partial", detail };
}

async function checkIdle(
  spec: Extract<CheckSpec, { type: "idle" }>,
  context: StepContext,
): Promise<Check> {
  const poll = context.resources.polls[spec.poll];
  if (poll === undefined) return { state: "cannot-tell", detail: `no poll ${spec.poll}` };
  const status = await readStatus(context.console(spec.console), poll, context);
  if (!status.ok) return { state: "cannot-tell", detail: status.reason };
  return {
    state: statusMatches(poll.idle, status.values) ? "done" : "not-done",
    detail: status.text,
  };
}
