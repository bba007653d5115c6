import * as z from "zod";
import { node } from "../config/shape.ts";
import type { DeepReadonly } from "../config/shape.ts";
import * as part from "./parts.ts";

/** A recognised failure in a log: what it is called, and how its entry looks. */
export type FailureRule = DeepReadonly<z.output<typeof failureRuleSchema>>;

const failureClass = z.string().regex(/^[a-z][a-z0-9_]*$/, {
  error: "expected a class of lower-case letters, digits and underscores",
});

const failureRuleSchema = node({
  class: failureClass,
  level: z.string().min(1).exactOptional(),
  match: part.regex,
  reason: part.regex.exactOptional(),
  object: part.template.exactOptional(),
  "benign-hint": z.string().min(1).exactOptional(),
  /** The failure says that something it refers to is gone; where all of it is still there, it is a loss of its own class. */
  "benign-unless": node({
    "at-source": z
      .record(z.string().min(1), part.name)
      .refine((groups) => Object.keys(groups).length > 0, {
        error: "needs at least one group of `match` and what it refers to",
      }),
    reason: part.regex.exactOptional(),
    class: failureClass,
  }).exactOptional(),
});

/** Every class that the rules can give, also those that a failure falls into because it is not benign. */
export function classesOf(rules: readonly FailureRule[]): readonly string[] {
  return [
    ...new Set(rules.flatMap((rule) => [rule.class, rule.benignUnless?.class ?? rule.class])),
  ];
}

export const failuresSchema = z.array(failureRuleSchema);
