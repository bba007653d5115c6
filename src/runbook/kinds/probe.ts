import * as z from "zod";
import { name, oneOrMore, probeRequest, steady, template } from "../parts.ts";
import { step } from "../step-fields.ts";

/** HTTP requests that every host of a role must answer as expected, several times in a row where `steady` says so. */
export const probeStep = step("probe", {
  on: oneOrMore(name),
  url: template.min(1),
  probe: z.array(probeRequest).min(1),
  steady: steady.exactOptional(),
  /** Requests that are taken again prove that a downtime is over; none can start one. */
  downtime: z.literal("ends").exactOptional(),
});
