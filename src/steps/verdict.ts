import type { FailureRow, ReconcileRow } from "../journal/event.ts";
import { stepOf, type Account } from "./account.ts";
import type { Compared } from "./compare.ts";
import { unclassified } from "./failures.ts";
import type { BaselineEntry, FailureObservation, StepContext } from "./context.ts";

/** Whether all has gone well, with every reason why not. */
export interface Verdict {
  readonly good: boolean;
  readonly reasons: readonly string[];
  readonly rows: readonly ReconcileRow[];
  readonly failures: readonly FailureRow[];
}

/** Good only when the sides agree and every failure class is in the baseline, within its count and not expired. */
export function judge(
  { rows, accounts }: Extract<Compared, { ok: true }>,
  context: StepContext,
): Verdict {
  const failures = failureRows(accounts, context);
  const reasons = rows.filter((row) => !row.ok).map((row) => `${row.title}: ${row.detail}`);
  const today = context.now().toISOString().slice(0, 10);
  for (const row of failures) reasons.push(...problemsOf(row, context.baseline, today));
  return { good: reasons.length === 0, reasons, rows, failures };
}

function problemsOf(row: FailureRow, baseline: readonly BaselineEntry[], today: string): string[] {
  if (!row.known)
    return [`${row.count} failures of class ${row.class}, which the baseline does not know`];
  const expires = baseline.find((entry) => entry.class === row.class)?.expires;
  if (row.count > 0 && expires !== undefined && expires < today)
    return [`the baseline's entry for ${row.class} expired on ${expires}`];
  if (row.count > row.allowed)
    return [
      `${row.count} failures of class ${row.class}, where the baseline allows ${row.allowed}`,
    ];
  return [];
}

const samplesKept = 5;

/** The failures that count beside the baseline; also entries of the baseline that no longer occur. */
function failureRows(accounts: ReadonlyMap<string, Account>, context: StepContext): FailureRow[] {
  const found = countFailures(accounts, context);
  const rows = [...found].map(([name, { count, samples }]): FailureRow => {
    const entry = context.baseline.find((one) => one.class === name);
    return {
      class: name,
      count,
      allowed: entry?.allowed ?? 0,
      why: entry?.why ?? "",
      known: entry !== undefined,
      samples: samples.slice(0, samplesKept),
    };
  });
  for (const entry of context.baseline) {
    if (found.has(entry.class)) continue;
    rows.push({
      class: entry.class,
      count: 0,
      allowed: entry.allowed,
      why: entry.why,
      known: true,
      samples: [],
    });
  }
  return rows.sort((a, b) => b.count - a.count || (a.class < b.class ? -1 : 1));
}

/**
 * A failure counts when its object is not in SQL: a migration that is started again fails on everything
 * that is there already, and that is no loss. Classes that no reconciliation accounts for count by their lines.
 */
function countFailures(accounts: ReadonlyMap<string, Account>, context: StepContext) {
  const counts = new Map<string, { count: number; samples: string[] }>();
  const add = (name: string, count: number, samples: readonly string[] = []) => {
    const row = counts.get(name) ?? { count: 0, samples: [] };
    row.count += count;
    row.samples.push(...samples);
    if (row.count > 0) counts.set(name, row);
  };
  for (const account of accounts.values()) {
    for (const [name, count] of account.byClass) add(name, count);
  }
  const accountable = new Set(
    [...accounts.keys()].flatMap((name) => context.resources.reconciliations[name]?.failures ?? []),
  );
  for (const observation of latestOfEachStep(context)) {
    add(unclassified, observation.unclassified, observation.samples);
    for (const [name, found] of Object.entries(observation.classes)) {
      if (!accountable.has(name)) add(name, found.count, found.samples);
      else counts.get(name)?.samples.push(...found.samples);
    }
  }
  return counts;
}

/** An attempt is named `step#number`; of each step only the last one's log says what is wrong now. */
function latestOfEachStep(context: StepContext): FailureObservation[] {
  const latest = new Map<string, string>();
  for (const { attempt } of context.failures()) latest.set(stepOf(attempt), attempt);
  return context.failures().filter(({ attempt }) => latest.get(stepOf(attempt)) === attempt);
}
