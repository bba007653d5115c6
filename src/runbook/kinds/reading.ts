import { name, readingValues } from "../parts.ts";
import { step } from "../step-fields.ts";

/** Reads a named reading and wants its values. */
export const readingStep = step("reading", {
  reading: name,
  expect: readingValues.exactOptional(),
});
