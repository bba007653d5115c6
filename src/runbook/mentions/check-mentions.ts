import type { Path } from "../../config/source.ts";
import type { Check, Step } from "../schema.ts";
import { answers, each, expression, oneHostShell, shell } from "./parts.ts";
import type { Mention } from "./parts.ts";

/** What a step's check refers to; shell text of a `run` step's check stands on the step's own hosts. */
export function* checkMentions(check: Check, step: Step, path: Path): Generator<Mention> {
  switch (check.kind) {
    case "shell":
      if (step.kind === "run") return yield* shell(check, path, { run: check.run }, step);
      return yield* oneHostShell(check, path, { run: check.run }, "the check of one answer");
    case "reading":
      yield { kind: "reading", value: check.reading, path: [...path, "reading"] };
      return yield* answers(check.reading, check.done, [...path, "done"]);
    case "eval":
      yield expression(check.eval, [...path, "eval"]);
      return yield { kind: "pattern", value: check.done, path: [...path, "done"] };
    case "reconcile":
      return yield* each("reconciliation", check.reconcile, [...path, "reconcile"]);
    case "poll":
      return yield { kind: "poll", value: check.poll, path: [...path, "poll"] };
  }
}
