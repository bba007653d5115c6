import { name } from "../parts.ts";
import { step } from "../step-fields.ts";

/** Wants that no job of a poll runs; read-only. */
export const idleStep = step("idle", { console: name, "poll-idle": name });
