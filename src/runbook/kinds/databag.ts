import * as z from "zod";
import { name, template } from "../parts.ts";
import { mutationFields, step } from "../step-fields.ts";

const pointer = z.string().regex(/^(\/([^~/]|~[01])+)+$/, {
  error: "expected a JSON pointer such as /mover/version (~1 stands for a slash in a key)",
});

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: "expected text, a number or true/false: a path leads to a single value",
});

/** Sets single values of an item of a Chef data bag; everything else of the item stays as it is. */
export const databagStep = step("databag", {
  "point-of-no-return": mutationFields["point-of-no-return"],
  databag: template.min(1),
  item: template.min(1),
  set: z.record(pointer, scalar).refine((values) => Object.keys(values).length > 0, {
    error: "expected at least one path with its value",
  }),
  /** True where a path may lead to a key that is not there yet. */
  create: z.boolean().default(false),
});

/** Reads single values of an item and shows them. */
export const databagReadStep = step("databag-read", {
  "databag-read": template.min(1),
  item: template.min(1),
  values: z.array(pointer).min(1),
});

/** Puts back what a `databag` step found before it wrote. */
export const restoreStep = step("restores", {
  "point-of-no-return": mutationFields["point-of-no-return"],
  restores: name,
});
