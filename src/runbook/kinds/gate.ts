import { name } from "../parts.ts";
import { step } from "../step-fields.ts";

/** Passes only if an earlier step's verdict, as the journal has it in this round, is good. */
export const gateStep = step("gate", { gate: name });
