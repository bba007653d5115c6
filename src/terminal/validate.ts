import { parseVars } from "../config/assignments.ts";
import { throwIfAny } from "../config/problem.ts";
import { expiredProblems, loadKnownFailures } from "../execute/known-failures.ts";
import { loadInventory } from "../inventory/load-inventory.ts";
import { validate as problemsOf } from "../inventory/validate.ts";
import { loadRunbook } from "../runbook/load-runbook.ts";
import { command } from "./command.ts";
import { planOptions } from "./plan-options.ts";

const { runbook, inventory, vars } = planOptions;

/** `validate`: everything that can be wrong with the files, before anything is connected. */
export const validate = command({
  summary: "check a runbook, and an inventory against it",
  usage: "[--runbook FILE] [--inventory FILE] [--vars MAP]",
  about: [
    "Reads the runbook and, where one is given, the inventory with its known failures, and says everything that is wrong with them, with file, line and column. Connects to nothing.",
  ],
  options: { runbook, inventory: { ...inventory, about: "inventory file to check, too" }, vars },
  examples: ["validate --inventory inventory/pre-prod.yml"],
  run(values, terminal) {
    const loaded = loadRunbook(values.runbook);
    if (values.inventory === undefined) {
      terminal.write(`${values.runbook}: valid`);
      return 0;
    }
    const loadedInventory = loadInventory(values.inventory);
    const problems = problemsOf(loaded, loadedInventory, parseVars(values.vars));
    throwIfAny(problems);
    throwIfAny(expiredProblems(loadKnownFailures(loaded, loadedInventory), new Date()));
    terminal.write(`${values.runbook} with ${values.inventory}: valid`);
    return 0;
  },
});
