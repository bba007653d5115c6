import * as z from "zod";
import { name, template, shellQuestion } from "../parts.ts";
import { mutationFields, step } from "../step-fields.ts";

/** An expression in a console, exactly as an operator would type it; with `poll` it starts a job that is followed to its end. */
export const evalStep = step("eval", {
  ...mutationFields,
  otherwise: shellQuestion.exactOptional(),
  console: name,
  eval: template.min(1),
  expect: z.string().min(1).exactOptional(),
  poll: name.exactOptional(),
  log: name.exactOptional(),
  reconciles: name.exactOptional(),
});
