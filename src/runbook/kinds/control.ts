import * as z from "zod";
import { expectation, name } from "../parts.ts";
import { mutationFields, step } from "../step-fields.ts";

/** Starts, stops or restarts a console; the node's identity and its answer prove it. */
export const controlStep = step("control", {
  downtime: mutationFields.downtime,
  console: name,
  control: z.enum(["start", "stop", "restart"]),
  ready: z.array(expectation).default([]),
});
