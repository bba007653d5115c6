import * as z from "zod";
import { order, shellFields, template } from "../parts.ts";
import { step } from "../step-fields.ts";

/** A read-only shell question; the last line of its output is what `expect` means. Without `expect` it only tells. */
export const assertStep = step("assert", {
  ...shellFields,
  order: order.default({ kind: "parallel" }),
  limit: z.int().positive().exactOptional(),
  assert: z.string().min(1),
  expect: template.exactOptional(),
});
