import type { FailureObservation, Refers } from "./context.ts";
import { cannotTell } from "./failure-rules.ts";
import type { Reconciliation } from "./resources.ts";

/** Why an object is said to have failed. */
export interface Cause {
  readonly class: string;
  /** Empty where the log told none. */
  readonly reason: string;
  readonly refers?: Refers | undefined;
}

/** The failures of one reconciliation's migration in this round, as its log told them. */
export interface KnownFailures {
  /** Object to what was said of it, one entry for each time within one attempt. */
  readonly byObject: ReadonlyMap<string, readonly Cause[]>;
  /** Failures whose object the log did not name, of the latest attempt. */
  readonly unnamed: readonly (Cause & { readonly count: number })[];
}

/** An object that is missing, and the failure that explains it. */
export type Explained = Cause & { readonly object: string };

/** What became of the objects of one side that are not on the other. */
export interface Account {
  readonly explained: readonly Explained[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** What one attempt's log said, all of its parts together. */
interface AttemptFailures {
  readonly named: Map<string, Cause[]>;
  /** Failures whose object the log did not name, of one kind each. */
  readonly nameless: Map<string, Cause & { count: number }>;
  /** How many objects were in SQL when it began: so many failures may only say that. */
  present: number;
}

type ToldClass = FailureObservation["classes"][string];

/**
 * Collects what the log said of a reconciliation's objects. Attempts are not added up: a later one fails
 * again on what the first could not do, so per object the attempt that named it most often counts, and of
 * those the latest.
 */
export function failuresOf(
  reconciliation: Reconciliation,
  observations: readonly FailureObservation[],
): KnownFailures {
  const attempts = new Map<string, AttemptFailures>();
  for (const { attempt, classes, present = 0 } of observations) {
    const found = attempts.get(attempt) ?? { named: new Map(), nameless: new Map(), present: 0 };
    attempts.set(attempt, found);
    if (Object.keys(classes).some((name) => reconciliation.failures.includes(name)))
      found.present = Math.max(found.present, present);
    for (const [name, told] of Object.entries(classes)) {
      if (reconciliation.failures.includes(name)) take(found, name, told);
    }
  }
  return { byObject: mostOften([...attempts.values()]), unnamed: namelessNow(attempts) };
}

function take({ named, nameless }: AttemptFailures, name: string, told: ToldClass): void {
  for (const [index, object] of told.objects.entries()) {
    const cause = { class: name, reason: told.causes?.[index] ?? "", refers: told.refers?.[index] };
    const known = named.get(object);
    if (known === undefined) named.set(object, [cause]);
    else known.push(cause);
  }
  // Journals of before these were kept have their number only, in the first of several parts.
  if (told.nameless === undefined)
    count(nameless, { class: name, reason: "" }, told.count - told.objects.length);
  for (const one of told.nameless ?? []) count(nameless, { class: name, ...one }, 1);
}

function count(nameless: AttemptFailures["nameless"], cause: Cause, by: number): void {
  const key = JSON.stringify([cause.class, cause.reason, cause.refers]);
  nameless.set(key, { ...cause, count: (nameless.get(key)?.count ?? 0) + by });
}

function mostOften(attempts: readonly AttemptFailures[]): Map<string, readonly Cause[]> {
  const byObject = new Map<string, readonly Cause[]>();
  for (const { named } of attempts) {
    for (const [object, causes] of named) {
      if (causes.length >= (byObject.get(object)?.length ?? 0)) byObject.set(object, causes);
    }
  }
  return byObject;
}

/** Without names nothing says whether a later attempt made up for it, so of each step only its last one counts. */
function namelessNow(attempts: ReadonlyMap<string, AttemptFailures>): KnownFailures["unnamed"] {
  const latest = new Map([...attempts].map(([attempt, found]) => [stepOf(attempt), found]));
  const unnamed = [...latest.values()].flatMap(({ nameless, present }) =>
    withoutPresent(
      [...nameless.values()].filter((one) => one.count > 0),
      present,
    ),
  );
  return unnamed.toSorted(lossFirst);
}

/** What may be a loss explains first, so that none hides behind what is harmless. */
function lossFirst(a: Cause, b: Cause): number {
  return Number(mayBeLoss(b)) - Number(mayBeLoss(a));
}

/**
 * What was in SQL already fails once more in a later attempt. Where those failures have no name they must not
 * explain what is missing, so as many as were there are left out, the harmless ones first.
 */
function withoutPresent(
  nameless: readonly (Cause & { readonly count: number })[],
  present: number,
): KnownFailures["unnamed"] {
  let left = present;
  return nameless
    .toSorted((a, b) => lossFirst(b, a))
    .flatMap((one) => {
      const out = Math.min(left, one.count);
      left -= out;
      return one.count > out ? [{ ...one, count: one.count - out }] : [];
    });
}

function mayBeLoss({ reason, refers = {} }: Cause): boolean {
  return reason === cannotTell || Object.keys(refers).length > 0;
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
  const explained: Explained[] = [];
  const missing: string[] = [];
  for (const [object, count] of left) {
    const causes = failures.byObject.get(object) ?? [];
    for (let index = 0; index < count - (right.get(object) ?? 0); index += 1) {
      const cause = causes[index];
      if (cause === undefined) missing.push(object);
      else explained.push({ ...cause, object });
    }
  }
  const unnamed = explainUnnamed(missing, failures.unnamed);
  for (const one of unnamed) explained.push(one);
  return {
    explained,
    missing: missing.slice(unnamed.length),
    unexpected: [...right]
      .filter(([key, count]) => count > (left.get(key) ?? 0))
      .map(([key]) => key),
  };
}

/** Failures that name no object explain as many missing objects as they are. */
function explainUnnamed(
  missing: readonly string[],
  unnamed: KnownFailures["unnamed"],
): readonly Explained[] {
  const explained: Explained[] = [];
  for (const { count: many, ...cause } of unnamed) {
    const from = explained.length;
    for (const object of missing.slice(from, from + many)) explained.push({ ...cause, object });
  }
  return explained;
}

function bag(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
