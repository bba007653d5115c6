import { ConfigError, formatProblem, type Problem } from "../config/problem.ts";
import { expiredEntries, loadBaseline, type KnownClasses } from "../inventory/load-baseline.ts";
import type { Inventory } from "../inventory/schema.ts";
import type { KnownFailure } from "../journal/event.ts";
import { classesOf } from "../runbook/failure-rule.ts";
import type { Runbook } from "../runbook/schema.ts";
import { sayAllowance } from "../steps/allowance.ts";
import type { BaselineEntry } from "../steps/context.ts";
import { unclassified } from "../steps/failures.ts";

/** What is known before a phase, and why it is nothing where a way back must not wait for a file. */
export interface KnownFailures {
  readonly entries: readonly BaselineEntry[];
  readonly note?: string;
}

/** Loads the environment's known failures, held against the runbook's classes. */
export function loadKnownFailures(
  runbook: Runbook,
  { baseline }: Inventory,
): readonly BaselineEntry[] {
  return baseline === undefined ? [] : loadBaseline(baseline, knownClasses(runbook));
}

/** For what is dispatched on its own: it judges no failures, so a broken file stops neither rollback nor reset. */
export function tryKnownFailures(runbook: Runbook, inventory: Inventory): KnownFailures {
  try {
    return { entries: loadKnownFailures(runbook, inventory) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const note = `the baseline cannot be used, and nothing here is judged by it: ${error.message.replaceAll("\n", "; ")}`;
    return { entries: [], note };
  }
}

/** What is over of the known failures. */
export function expiredProblems(entries: readonly BaselineEntry[], now: Date): readonly Problem[] {
  return expiredEntries(entries, now.toISOString().slice(0, 10));
}

/** Why no round begins with entries that are over; later phases tell it in their verdict. */
export function expiredNow(
  entries: readonly BaselineEntry[],
  now: Date,
): { readonly why: string; readonly next: string } | undefined {
  const problems = expiredProblems(entries, now);
  if (problems.length === 0) return undefined;
  return {
    why: problems.map(formatProblem).join("; "),
    next: "renew or remove what it names by a reviewed change, and dispatch a new run",
  };
}

/** Errors that no rule recognises are a class too, so a baseline may name it. */
function knownClasses({ failureRules, reconciliations }: Runbook): KnownClasses {
  return {
    all: [...classesOf(failureRules), unclassified],
    counted: Object.values(reconciliations).flatMap(({ failures }) => failures),
  };
}

/** The entries as the journal keeps them. */
export function journaledEntries(entries: readonly BaselineEntry[]): KnownFailure[] {
  return entries.map(({ class: name, reasons, why, seen, allowed, expires, acceptedBy }) => ({
    class: name,
    ...(reasons === undefined ? {} : { reasons: [...reasons] }),
    why,
    seen,
    allowed: sayAllowance(allowed),
    ...(expires === undefined ? {} : { expires }),
    ...(acceptedBy === undefined ? {} : { acceptedBy }),
  }));
}
