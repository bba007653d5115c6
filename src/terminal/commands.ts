import type { Command } from "./command.ts";
import { plan } from "./plan.ts";
import { resolve } from "./resolve.ts";
import { show } from "./show.ts";
import { status } from "./status.ts";
import { validate } from "./validate.ts";
import { workflow } from "./workflow.ts";

/** Every command of the terminal, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  validate,
  show,
  plan,
  status,
  resolve,
  workflow,
};

/** Names that are fixed and stand for nothing yet. */
export const later: readonly string[] = ["run", "report", "init"];
