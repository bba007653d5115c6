import * as z from "zod";
import { name, oneOrMore, side } from "../parts.ts";
import { step } from "../step-fields.ts";

/** Compares what two or three sides hold; with `verdict` also every failure against the baseline. */
export const reconcileStep = step("reconcile", {
  reconcile: oneOrMore(name),
  between: z.array(side).min(2),
  verdict: z.boolean().default(false),
});
