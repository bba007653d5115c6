import type { HostAccess } from "../execute/host-pool-for.ts";
import { exitCodeOf } from "../execute/exit-code.ts";
import { lookAround } from "../execute/look-around.ts";
import { prepare } from "../execute/prepare.ts";
import { loadInventory } from "../inventory/load-inventory.ts";
import { tellStatus } from "../report/status.ts";
import { statusJson, statusLines } from "../report/status-lines.ts";
import { command } from "./command.ts";
import { planOptions, planRequest } from "./plan-options.ts";
import { accessFor, accessOptions } from "./ssh-access.ts";
import { UsageError } from "./usage-error.ts";

const options = {
  ...planOptions,
  environment: {
    value: "NAME",
    about: "environment; without it the one that the inventory names",
  },
  ...accessOptions,
  json: { about: "print one JSON object for programs, the same whatever stands there" },
} as const;

/** `status`: where an environment is, from its journal and its lease, which are only read. */
export const status = command({
  summary: "say where an environment is, and what comes next",
  usage: "--inventory FILE [--environment NAME] [--runbook FILE] [--json] [options]",
  about: [
    "Reads the environment's journal and lease over SSH, and the journals that a rollback may have kept elsewhere. It takes no lease, writes nothing, repairs nothing and asks no system anything.",
    "It says: the round, whose it is, whether it is open or by what it was closed; which phases are done, run or failed, and when; what is in doubt, with the read-only commands that would tell; the downtime and its budget; who holds the lease; and what comes next, as the last phase said it.",
    "The exit status is 0 when all of that is known, also where nothing was ever run or the last phase failed; 4 when something is in doubt, a phase has no end and nobody runs it, or the journal or the lease cannot be read; 3 when the files or keys that were given do not fit.",
    "--json prints one object (version 1): environment, runbook, at, state (nothing-yet, unreadable, in-doubt, running, open, closed), certain, journal, round, alsoOpen, phases, doubts, inFlight, leftBehind, downtime, lease, leaseProblem, standIns, notAsked, last, next. What is not there is null or an empty list.",
  ],
  options,
  examples: [
    "status --inventory inventory/pre-prod.yml",
    "status --environment pre-prod --json --identity ~/.ssh/runbook",
  ],
  async run(values, terminal) {
    const request = planRequest({ ...values, environment: environmentOf(values) });
    // Failure rules and known failures judge nothing here, so a broken file hides nothing.
    const prepared = prepare({ ...request, phase: "resolve" });
    const access: HostAccess = await accessFor(values, prepared, terminal);
    const { prepared: complete, ...found } = await lookAround(access, request, prepared);
    const { plan } = complete;
    const { environment, runbook } = plan;
    const told = tellStatus({ environment, runbook, plan, ...found, now: new Date() });
    if (values.json) terminal.write(statusJson(told));
    else for (const line of statusLines(told)) terminal.write(line);
    return exitCodeOf(told.certain ? "succeeded" : "unknown");
  },
});

function environmentOf({
  environment,
  inventory,
}: {
  readonly environment: string | undefined;
  readonly inventory: string | undefined;
}): string {
  if (environment !== undefined) return environment;
  if (inventory === undefined)
    throw new UsageError("--inventory FILE or --environment NAME is missing");
  return loadInventory(inventory).environment;
}
