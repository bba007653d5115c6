import type { FailureObservation } from "./context.ts";
import type { Reconciliation } from "./resources.ts";

/** The failures of one reconciliation's migration in this round, as its log told them. */
export interface KnownFailures {
  /** Object to the classes that named it, one entry for each time within one attempt. */
  readonly byObject: ReadonlyMap<string, readonly string[]>;
  /** Class to the number of failures whose object the log did not name, of the latest attempt. */
  readonly unnamed: ReadonlyMap<string, number>;
}

/** What became of the objects of one side that are not on the other. */
export interface Account {
  /** How many a failure explains. */
  readonly accounted: number;
  /** Failure class to the number of objects that it explains. */
  readonly byClass: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/**
 * Collects what the log said of a reconciliation's objects. Attempts are not added up: a later one fails
 * again on what the first could not do, so per object the attempt that named it most often counts.
 */
export function failuresOf(
  reconciliation: Reconciliation,
  observations: readonly FailureObservation[],
): KnownFailures {
  const attempts = new Map<string, Map<string, string[]>>();
  const unnamed = new Map<string, number>();
  for (const { attempt, classes } of observations) {
    const named = attempts.get(attempt) ?? new Map<string, string[]>();
    attempts.set(attempt, named);
    for (const [name, found] of Object.entries(classes)) {
      if (!reconciliation.failures.includes(name)) continue;
      for (const object of found.objects) named.set(object, [...(named.get(object) ?? []), name]);
      if (found.count > 0 && found.objects.length === 0) unnamed.set(name, found.count);
    }
  }
  const byObject = new Map<string, readonly string[]>();
  for (const named of attempts.values()) {
    for (const [object, classes] of named) {
      if (classes.length > (byObject.get(object)?.length ?? 0)) byObject.set(object, classes);
    }
  }
  return { byObject, unnamed };
}

/** Holds two lists of keys against each other, as bags: an object that is there twice must arrive twice or be explained twice. */
export function accountFor(
  from: readonly string[],
  to: readonly string[],
  failures: KnownFailures,
): Account {
  const left = bag(from);
  const right = bag(to);
  const byClass = new Map<string, number>();
  const missing: string[] = [];
  let accounted = 0;
  for (const [key, count] of left) {
    const reasons = failures.byObject.get(key) ?? [];
    for (let index = 0; index < count - (right.get(key) ?? 0); index += 1) {
      const reason = reasons[index];
      if (reason === undefined) missing.push(key);
      else {
        accounted += 1;
        byClass.set(reason, (byClass.get(reason) ?? 0) + 1);
      }
    }
  }
  const stillMissing = explainUnnamed(missing, failures.unnamed, byClass);
  return {
    accounted: accounted + missing.length - stillMissing.length,
    byClass,
    missing: stillMissing,
    unexpected: [...right]
      .filter(([key, count]) => count > (left.get(key) ?? 0))
      .map(([key]) => key),
  };
}

/** Failures that name no object explain as many missing objects as they are. */
function explainUnnamed(
  missing: readonly string[],
  unnamed: ReadonlyMap<string, number>,
  byClass: Map<string, number>,
): readonly string[] {
  let rest = missing;
  for (const [name, count] of unnamed) {
    const explained = Math.min(count, rest.length);
    if (explained > 0) byClass.set(name, (byClass.get(name) ?? 0) + explained);
    rest = rest.slice(explained);
  }
  return rest;
}

function bag(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
