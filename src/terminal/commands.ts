import type { Command } from "./command.ts";
import { plan } from "./plan.ts";
import { resolve } from "./resolve.ts";
import { validate } from "./validate.ts";
import { workflow } from "./workflow.ts";

/** Every command of the terminal, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = { validate, plan, resolve, workflow };

/** Names that are fixed and stand for nothing yet. */
export const later: readonly string[] = ["show", "run", "status", "report", "init"];
