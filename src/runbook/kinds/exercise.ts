import * as z from "zod";
import { exerciseRequest, name, oneOrMore, requestPath, template } from "../parts.ts";
import { step } from "../step-fields.ts";

/**
 * Signed requests that write, in order, on something that is made for it and thrown away: what `throw-away` names is
 * not there before and gone after, and `finally` is sent whatever happened.
 */
export const exerciseStep = step("exercise", {
  on: oneOrMore(name),
  url: template.min(1),
  /** The signer of every request that names no other. */
  signed: name,
  "throw-away": requestPath,
  exercise: z.array(exerciseRequest).min(1),
  finally: z.array(exerciseRequest).min(1),
});
