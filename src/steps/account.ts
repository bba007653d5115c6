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

/** What one attempt's log said, all of its parts together. */
interface AttemptFailures {
  readonly named: Map<string, string[]>;
  /** Class to failures whose object the log did not name. */
  readonly nameless: Map<string, number>;
}

/**
 * Collects what the log said of a reconciliation's objects. Attempts are not added up: a later one fails
 * again on what the first could not do, so per object the attempt that named it most often counts.
 */
export function failuresOf(
  reconciliation: Reconciliation,
  observations: readonly FailureObservation[],
): KnownFailures {
  const attempts = new Map<string, AttemptFailures>();
  for (const { attempt, classes } of observations) {
    const found = attempts.get(attempt) ?? { named: new Map(), nameless: new Map() };
    attempts.set(attempt, found);
    for (const [name, { count, objects }] of Object.entries(classes)) {
      if (!reconciliation.failures.includes(name)) continue;
      for (const object of objects) {
        found.named.set(object, [...(found.named.get(object) ?? []), name]);
      }
      // A long list of objects comes in parts, of which only the first has the count.
      found.nameless.set(name, (found.nameless.get(name) ?? 0) + count - objects.length);
    }
  }
  return { byObject: mostOften([...attempts.values()]), unnamed: namelessNow(attempts) };
}

function mostOften(attempts: readonly AttemptFailures[]): Map<string, readonly string[]> {
  const byObject = new Map<string, readonly string[]>();
  for (const { named } of attempts) {
    for (const [object, classes] of named) {
      if (classes.length > (byObject.get(object)?.length ?? 0)) byObject.set(object, classes);
    }
  }
  return byObject;
}

/** Without names nothing says whether a later attempt made up for it, so of each step only its last one counts. */
function namelessNow(attempts: ReadonlyMap<string, AttemptFailures>): Map<string, number> {
  const latest = new Map([...attempts].map(([attempt, found]) => [stepOf(attempt), found]));
  const unnamed = new Map<string, number>();
  for (const { nameless } of latest.values()) {
    for (const [name, count] of nameless) {
      if (count > 0) unnamed.set(name, (unnamed.get(name) ?? 0) + count);
    }
  }
  return unnamed;
}

/** An attempt is named `step#number`, and what comes behind. */
export function stepOf(attempt: string): string {
  return attempt.slice(0, attempt.lastIndexOf("#"));
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
