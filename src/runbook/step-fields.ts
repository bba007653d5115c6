import * as z from "zod";
import { duration } from "../config/duration.ts";
import { strict, toModel } from "../config/shape.ts";
import { check, onPartial } from "./check.ts";
import { id, name } from "./parts.ts";

/** One thing that must hold for a step to be done at all. */
export type Condition =
  | { readonly kind: "input"; readonly input: string; readonly is: boolean | string }
  | { readonly kind: "protected"; readonly is: boolean }
  | { readonly kind: "secret"; readonly secret: string };

/** What must hold for a step to be done at all; where several stand together, all of them. */
const condition = strict({
  input: name.exactOptional(),
  is: z.union([z.boolean(), z.string()]).exactOptional(),
  protected: z.boolean().exactOptional(),
  secret: name.exactOptional(),
})
  .refine((given) => Object.keys(given).length > 0, {
    error: "expected `input` with `is`, `protected` or `secret`",
  })
  .refine(({ input, is }) => (input === undefined) === (is === undefined), {
    error: "`input` and `is` belong together",
  })
  .transform(({ input, is, protected: wanted, secret }): Condition[] => [
    ...(input === undefined || is === undefined ? [] : [{ kind: "input" as const, input, is }]),
    ...(wanted === undefined ? [] : [{ kind: "protected" as const, is: wanted }]),
    ...(secret === undefined ? [] : [{ kind: "secret" as const, secret }]),
  ]);

/** What every step may say, whatever it does. */
export const stepFields = {
  id,
  title: z.string().min(1).exactOptional(),
  next: z.string().min(1).exactOptional(),
  when: condition.exactOptional(),
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
