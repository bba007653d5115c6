import * as z from "zod";
import { duration } from "../../config/duration.ts";
import { node, strict } from "../../config/shape.ts";
import { name, sends, where } from "../parts.ts";
import { finish, stepFields } from "../step-fields.ts";

const limits = node({
  "at-least": z.int().nonnegative().exactOptional(),
  "at-most": z.int().nonnegative().exactOptional(),
  none: where.exactOptional(),
  all: where.exactOptional(),
});

/** Follows a log from where it stands: for a time against limits, or until nothing matches any more for a time. */
export const watchStep = strict({
  ...stepFields,
  watch: name,
  for: duration.exactOptional(),
  "until-quiet": duration.exactOptional(),
  where: where.default({}),
  limits: limits.exactOptional(),
  sends: sends.exactOptional(),
})
  .refine((parsed) => (parsed.for === undefined) !== (parsed["until-quiet"] === undefined), {
    error: "a watch ends in one way: give either `for` or `until-quiet`",
  })
  .refine((parsed) => parsed["until-quiet"] === undefined || parsed.timeout !== undefined, {
    error: "`until-quiet` needs a `timeout`, since traffic may never pause",
  })
  .transform((parsed) => finish("watch", parsed));
