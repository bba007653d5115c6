import { parseVars } from "../config/assignments.ts";
import type { PhaseRequest } from "../execute/request.ts";
import { UsageError } from "./usage-error.ts";

/** The options by which every command names what it is about. */
export const planOptions = {
  environment: { value: "NAME", about: "environment; must be the one that the inventory names" },
  runbook: {
    value: "FILE",
    about: "runbook file",
    default: "runbooks/org-migration/runbook.yml",
  },
  inventory: { value: "FILE", about: "inventory file; without it inventory/NAME.yml" },
  vars: {
    value: "MAP",
    about: "variables that override the inventory's, as a YAML or JSON map",
    default: "",
  },
} as const;

interface PlanValues {
  readonly environment: string | undefined;
  readonly runbook: string;
  readonly inventory: string | undefined;
  readonly vars: string;
}

/** What is planned, from the options that name it. */
export function planRequest({
  environment,
  runbook,
  inventory,
  vars,
}: PlanValues): Pick<PhaseRequest, "environment" | "runbookFile" | "inventoryFile" | "vars"> {
  if (environment === undefined) throw new UsageError("--environment NAME is missing");
  return {
    environment,
    runbookFile: runbook,
    inventoryFile: inventory ?? `inventory/${environment}.yml`,
    vars: parseVars(vars),
  };
}
