import { name, proof, shellFields, tables } from "../parts.ts";
import { step } from "../step-fields.ts";

/** Keeps keys and versions of tables under a name, for a later `loss` to count against. */
export const snapshotStep = step("snapshot", {
  ...shellFields,
  snapshot: name,
  tables,
  while: proof.exactOptional(),
});
