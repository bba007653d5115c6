import type { Evaluation } from "../transport/console/console.ts";

/** One sentence per way in which an evaluation gave no value. */
export function sayEvaluation(answer: Exclude<Evaluation, { kind: "value" }>): string {
  switch (answer.kind) {
    case "exception":
      return `raised ${answer.text}`;
    case "undefined-function":
      return `calls a function that does not exist there: ${answer.text}`;
    case "syntax-error":
      return `is not Erlang, nothing was evaluated: ${answer.text}`;
    case "no-final-dot":
      return "lacks its final dot, nothing was evaluated";
    case "too-large":
      return `gave an answer of ${answer.bytes} bytes, which is over the limit`;
    case "running":
      return `was still being evaluated after ${Math.round(answer.seconds)} s`;
    case "lost":
      return `the console was lost (${answer.reason})${answer.evaluated === "no" ? "; nothing was evaluated" : ""}`;
    case "refused":
      return answer.reason;
  }
}
