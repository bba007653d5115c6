import * as z from "zod";
import { duration } from "../config/duration.ts";
import { strict, toModel } from "../config/shape.ts";
import { check, onPartial } from "./check.ts";
import { id, name } from "./parts.ts";

const inputCondition = strict({ input: name, is: z.union([z.boolean(), z.string()]) });

/** What every step may say, whatever it does. */
export const stepFields = {
  id,
  title: z.string().min(1).exactOptional(),
  next: z.string().min(1).exactOptional(),
  when: inputCondition.exactOptional(),
  until: name.exactOptional(),
  required: z.boolean().default(true),
  timeout: duration.exactOptional(),
};

/** What a step may say that changes something. */
export const mutationFields = {
  downtime: z.enum(["starts", "ends"]).exactOptional(),
  "point-of-no-return": z.boolean().default(false),
  repeatable: z.boolean().default(false),
  "on-partial": onPartial.exactOptional(),
  check: check.exactOptional(),
  /** The shell way of reaching the same end, when a console cannot. */
};

function titleOf(stepId: string): string {
  const words = stepId.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Finishes a step of one kind: its kind, its title, and defaults that spare readers a question. */
export function step<Kind extends string, Fields extends z.core.$ZodLooseShape>(
  kind: Kind,
  fields: Fields,
) {
  return strict({ ...stepFields, ...fields }).transform((parsed) => finish(kind, parsed));
}

/** Used by kinds that have to look at the whole step before it is finished. */
export function finish<Kind extends string, Parsed extends object>(kind: Kind, parsed: Parsed) {
  const stepId = "id" in parsed && typeof parsed.id === "string" ? parsed.id : kind;
  return {
    kind,
    title: titleOf(stepId),
    repeatable: false,
    pointOfNoReturn: false,
    ...toModel(parsed),
  };
}
