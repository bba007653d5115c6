import { parseTerm, TermError } from "../../erlang/parse.ts";
import { printTerm, textOf } from "../../erlang/print.ts";
import type { Term } from "../../erlang/term.ts";
import type { Evaluation } from "./console.ts";

/** What a frame says of an evaluation; `running` and `unknown` are for the caller to act on. */
export type Answer = Evaluation | "running" | "unknown";

/** Reads the text of an answer frame; see `protocol.ts`. */
export function readAnswer(text: string): Answer {
  if (text === "running" || text === "unknown") return text;
  if (text === "keeper_lost") return keeperLost;
  if (text === "no_dot") return { kind: "no-final-dot" };
  if (text === "other_expression") return otherExpression;
  try {
    const term = parseTerm(text);
    return (
      (term.type === "tuple" && readTuple(term.items, text)) || unreadable("its shape is not known")
    );
  } catch (error) {
    if (error instanceof TermError) return unreadable(error.message);
    throw error;
  }
}

const otherExpression: Evaluation = {
  kind: "refused",
  reason: "the node knows this evaluation's id with another expression",
  next: "the runbook was changed since the expression was first sent; give the step a new attempt",
};

const keeperLost: Evaluation = {
  kind: "lost",
  reason: "the process that keeps answers in the node was ended, and what it kept with it",
  evaluated: "unknown",
};

function unreadable(problem: string): Evaluation {
  return { kind: "lost", reason: `the answer cannot be read: ${problem}`, evaluated: "unknown" };
}

function readTuple([tag, first, second]: readonly Term[], text: string): Evaluation | undefined {
  if (tag?.type !== "atom" || first === undefined) return undefined;
  switch (tag.name) {
    case "value":
      return { kind: "value", term: first, text: text.slice("{value,".length, -1) };
    case "exception":
      return second === undefined ? undefined : readException(first, second);
    case "undefined":
      return { kind: "undefined-function", text: `undefined function ${textOf(first) ?? ""}` };
    case "syntax":
      return { kind: "syntax-error", text: textOf(first) ?? printTerm(first) };
    case "too_large":
      return first.type === "integer"
        ? { kind: "too-large", bytes: Number(first.value) }
        : undefined;
    default:
      return undefined;
  }
}

const classes = ["error", "exit", "throw"] as const;

function readException(kind: Term, reason: Term): Evaluation | undefined {
  const found = classes.find((name) => kind.type === "atom" && kind.name === name);
  if (found === undefined) return undefined;
  return {
    kind: "exception",
    class: found,
    reason,
    text: `exception ${found}: ${printTerm(reason)}`,
  };
}
