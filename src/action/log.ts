import { endGroup, setFailed, startGroup, warning } from "@actions/core";
import { safeLines } from "../report/gateway.ts";

/** Where the live log of a job goes: the runner's log and its folds. Takes finished, safe lines only. */
export const runnerLog = {
  write: (line: string): void => void process.stdout.write(`${line}\n`),
  groups: { start: startGroup, end: endGroup },
} as const;

/** Marks the job as failed with one annotation that says what, where and what next; GitHub keeps 4,096 characters. */
export function failJob(
  message: string,
  secrets: readonly string[],
  annotate: (message: string) => void = setFailed,
): void {
  annotate(safeLines(message, { secrets }).join("\n").slice(0, 4000).toWellFormed());
}

/** Says beside a job what went wrong without changing how it ended. */
export function warnJob(message: string, secrets: readonly string[]): void {
  failJob(message, secrets, warning);
}
