import * as z from "zod";
import { order, shellFields } from "../parts.ts";
import { mutationFields, step } from "../step-fields.ts";

/** Shell text that changes something on a role's hosts, one host after the other unless `order` says otherwise. */
export const runStep = step("run", {
  ...shellFields,
  ...mutationFields,
  order: order.default({ kind: "serial" }),
  limit: z.int().positive().exactOptional(),
  run: z.string().min(1),
  /** The program whose words at its end count more than its exit status. */
  reads: z.enum(["chef-client"]).exactOptional(),
});
