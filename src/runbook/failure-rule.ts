import * as z from "zod";
import { node } from "../config/shape.ts";
import type { DeepReadonly } from "../config/shape.ts";
import * as part from "./parts.ts";

/** A recognised failure in a log: what it is called, and how its entry looks. */
export type FailureRule = DeepReadonly<z.output<typeof failureRuleSchema>>;

const failureRuleSchema = node({
  class: z.string().regex(/^[a-z][a-z0-9_]*$/, {
    error: "expected a class of lower-case letters, digits and underscores",
  }),
  level: z.string().min(1).exactOptional(),
  match: part.regex,
  reason: part.regex.exactOptional(),
  object: part.template.exactOptional(),
  "benign-hint": z.string().min(1).exactOptional(),
});

export const failuresSchema = z.array(failureRuleSchema);
