import * as z from "zod";
import { choices } from "./shape.ts";
import type { Choice } from "./shape.ts";

type JsonSchema = Record<string, unknown>;

/** The published JSON Schema of a zod schema: what a person may write, each choice listed once under `$defs`. */
export function toJsonSchema(schema: z.ZodType, title: string): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const convert = (one: z.ZodType): JsonSchema => {
    const { $schema: _, ...converted } = z.toJSONSchema(one, {
      io: "input",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        const choice = choices.get(zodSchema);
        if (choice !== undefined) jsonSchema.anyOf = alternatives(choice);
      },
    });
    return converted;
  };
  const alternatives = ({ name, options }: Choice) =>
    Object.entries(options).map(([key, option]) => {
      const id = `${key}-${name.split(" ").at(-1)}`;
      if (definitions[id] === undefined) {
        definitions[id] = {};
        definitions[id] = convert(option);
      }
      return { $ref: `#/$defs/${id}` };
    });
  const root = convert(schema);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    ...root,
    $defs: sortKeys(definitions),
  };
}

function sortKeys(definitions: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(definitions).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
