import type { Phase, Runbook } from "../runbook/schema.ts";
import type { Needs } from "./needs.ts";
import { join, oneLine } from "./quote.ts";

/** From what a workflow is generated. */
export interface Source {
  readonly runbook: Runbook;
  /** The runbook's file, as the repository has it. */
  readonly file: string;
}

/** The action's inputs that only some steps want. */
export function given({ loss, keep503 }: Needs): string | undefined {
  if (loss === undefined && !keep503) return undefined;
  return join(
    loss === undefined ? undefined : "accept-data-loss: ${{ inputs.accept-data-loss }}",
    keep503 ? "keep-503: ${{ inputs.keep-503 }}" : undefined,
  );
}

/** Names of jobs that mean something of their own to whoever reads a run: evidence leaves its own job out by name. */
const ownTitles = ["Plan", "Evidence"];

/** What the job of a phase is called. */
export function titleOf({ id, title }: Phase): string {
  const words = oneLine(title);
  return words === "" || ownTitles.includes(words) ? `${words} (${id})`.trim() : words;
}
