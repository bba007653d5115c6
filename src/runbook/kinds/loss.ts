import * as z from "zod";
import { byKey, strict } from "../../config/shape.ts";
import { name, proof, shellFields, tables } from "../parts.ts";
import { step } from "../step-fields.ts";

const since = strict({
  since: name,
  unless: proof.exactOptional(),
  "without-snapshot": proof.exactOptional(),
}).transform(({ "without-snapshot": withoutSnapshot, ...value }) => ({
  kind: "since" as const,
  ...value,
  ...(withoutSnapshot === undefined ? {} : { withoutSnapshot }),
}));

const rows = strict({
  count: z.literal("rows"),
  when: z.literal("protected").exactOptional(),
}).transform((value) => ({ kind: "rows" as const, ...value }));

/** What would be lost: counted, shown per table, and refused unless the input `accept-data-loss` is at least that number. */
export const lossFields = {
  ...shellFields,
  loss: byKey("loss", { since, count: rows }),
  tables,
};

/** A loss that itself stands in nobody's `on-refusal`; the step with that list is put together in `schema.ts`. */
export const lossStep = <Undo extends z.ZodType>(undo: Undo) =>
  step("loss", { ...lossFields, "on-refusal": z.array(undo).default([]) });
