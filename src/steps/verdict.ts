import type { FailureRow, ReconcileRow } from "../journal/event.ts";
import { stepOf, type Account } from "./account.ts";
import { allowedOf, knowsReason, sayAllowance } from "./allowance.ts";
import type { Compared } from "./compare.ts";
import { unclassified } from "./failures.ts";
import type { BaselineEntry, FailureObservation, StepContext } from "./context.ts";
import { nextOfFailures, nextOfGap, nextOfRow } from "./verdict-next.ts";

/** Whether all has gone well, with every reason why not. */
export interface Verdict {
  readonly good: boolean;
  readonly reasons: readonly string[];
  /** Beside each reason what would make it good. */
  readonly next: readonly string[];
  readonly rows: readonly ReconcileRow[];
  readonly failures: readonly FailureRow[];
}

/** Good only when the sides agree and every failure is in the baseline: its class, its reason, within the count, not expired. */
export function judge(
  { rows, accounts }: Extract<Compared, { ok: true }>,
  context: StepContext,
): Verdict {
  const failures = failureRows({ rows, accounts }, context);
  const bad = rows.filter((row) => !row.ok);
  const problems = failures.filter((row) => row.problem !== undefined);
  const gaps = context.failures().filter(({ gap }) => gap === true);
  const gapReasons = gaps.map(({ attempt }) => gapReason(attempt));
  return {
    good: bad.length + problems.length + gaps.length === 0,
    reasons: [
      ...bad.map((row) => `${row.title}: ${row.detail}`),
      ...problems.map(({ problem = "" }) => problem),
      ...gapReasons,
    ],
    next: [...bad.map(nextOfRow), ...problems.map(nextOfFailures), ...gaps.map(() => nextOfGap)],
    rows,
    failures,
  };
}

/** What nobody read may have held anything, so no entry of a baseline covers it. */
function gapReason(attempt: string): string {
  return `a part of the log of ${stepOf(attempt)} was not read: it was rotated away, no file was found, or no line looks like an entry`;
}

interface Tally {
  count: number;
  readonly reasons: Map<string, number>;
  readonly samples: string[];
  /** The first few by name, for a class that no line of the log is of. */
  readonly objects: string[];
}

function emptyTally(): Tally {
  return { count: 0, reasons: new Map(), samples: [], objects: [] };
}

type Counted = Pick<Extract<Compared, { ok: true }>, "rows" | "accounts">;

const samplesKept = 5;
const reasonsKept = 50;

/** The failures that count beside the baseline; also entries of the baseline that no longer occur. */
function failureRows(counted: Counted, context: StepContext): FailureRow[] {
  const found = countFailures(counted.accounts, context);
  const today = context.now().toISOString().slice(0, 10);
  const absent = context.baseline.filter((entry) => !found.has(entry.class));
  const none = emptyTally();
  const rows = [
    ...[...found].map(([name, tally]) => ({ name, tally })),
    ...absent.map((entry) => ({ name: entry.class, tally: none })),
  ].map(({ name, tally }) => {
    const entry = context.baseline.find((one) => one.class === name);
    const objects = objectsOf(name, counted.rows, context);
    return failureRow(name, tally, entry, { objects, today });
  });
  return rows.sort((a, b) => b.count - a.count || (a.class < b.class ? -1 : 1));
}

/** The objects at the source among which failures of a class are counted. */
function objectsOf(name: string, rows: readonly ReconcileRow[], { resources }: StepContext) {
  return rows
    .filter((row) => resources.reconciliations[row.name]?.failures.includes(name))
    .reduce((sum, { sides }) => sum + (sides["source"] ?? Object.values(sides)[0] ?? 0), 0);
}

function failureRow(
  name: string,
  { count, reasons, samples, objects: named }: Tally,
  entry: BaselineEntry | undefined,
  { objects, today }: { readonly objects: number; readonly today: string },
): FailureRow {
  const allowed = entry === undefined ? 0 : allowedOf(entry.allowed, objects);
  const most = [...reasons].sort(([, a], [, b]) => b - a).slice(0, reasonsKept);
  return {
    class: name,
    count,
    allowed,
    why: entry?.why ?? "",
    known: entry !== undefined,
    samples: (samples.length > 0 ? samples : named).slice(0, samplesKept),
    reasons: Object.fromEntries(most),
    ...(typeof entry?.allowed === "object"
      ? { allowance: `${sayAllowance(entry.allowed)} of ${objects}` }
      : {}),
    ...(count === 0 ? {} : uncovered({ name, count, reasons, allowed }, entry, today)),
  };
}

/** What the baseline does not cover of a class that occurs, with the first thing that is wrong. */
function uncovered(
  {
    name,
    count,
    reasons,
    allowed,
  }: Pick<Tally, "count" | "reasons"> & { name: string; allowed: number },
  entry: BaselineEntry | undefined,
  today: string,
): Pick<FailureRow, "uncovered" | "problem"> {
  const failures = `${count} failures of class ${name}`;
  if (entry === undefined)
    return { uncovered: count, problem: `${failures}, which the baseline does not know` };
  if (entry.expires !== undefined && entry.expires < today)
    return {
      uncovered: count,
      problem: `${failures}, and the baseline's entry for ${name} expired on ${entry.expires}`,
    };
  const others = [...reasons].filter(([reason]) => !knowsReason(entry, reason));
  const unknown = others.reduce((sum, [, many]) => sum + many, 0);
  const over = Math.max(0, count - allowed);
  const problems = [
    ...(unknown > 0
      ? [
          `${unknown} failures of class ${name} for a reason that the baseline does not know: ${sayReasons(others)}`,
        ]
      : []),
    ...(over > 0 ? [`${failures}, where the baseline allows ${allowed}`] : []),
  ];
  if (problems.length === 0) return { uncovered: 0 };
  return { uncovered: Math.max(unknown, over), problem: problems.join("; ") };
}

function sayReasons(reasons: readonly (readonly [string, number])[]): string {
  const said = reasons
    .slice(0, 5)
    .map(([reason, count]) => `${reason === "" ? "(none was read)" : `"${reason}"`} ×${count}`);
  return [...said, ...(reasons.length > 5 ? [`and ${reasons.length - 5} more`] : [])].join(", ");
}

/**
 * A failure counts when its object is not in SQL: a migration that is started again fails on everything
 * that is there already, and that is no loss. Classes that no reconciliation accounts for count by their lines.
 */
function countFailures(
  accounts: ReadonlyMap<string, Account>,
  context: StepContext,
): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  const tally = (name: string): Tally => {
    const known = tallies.get(name) ?? emptyTally();
    tallies.set(name, known);
    return known;
  };
  for (const { explained } of accounts.values())
    for (const one of explained) {
      const into = tally(one.class);
      addTo(into, one.reason, 1);
      if (into.objects.length < samplesKept) into.objects.push(`${one.object}: ${one.reason}`);
    }
  const accountable = new Set(
    [...accounts.keys()].flatMap((name) => context.resources.reconciliations[name]?.failures ?? []),
  );
  for (const { unclassified: unknown, samples, classes } of latestOfEachStep(context)) {
    if (unknown > 0) addLines(tally(unclassified), { count: unknown, samples });
    for (const [name, told] of Object.entries(classes)) {
      if (accountable.has(name)) tallies.get(name)?.samples.push(...told.samples);
      else if (told.count > 0) addLines(tally(name), told);
    }
  }
  return tallies;
}

function addLines(
  tally: Tally,
  told: {
    readonly count: number;
    readonly samples: readonly string[];
    readonly reasons?: Readonly<Record<string, number>> | undefined;
  },
): void {
  const reasons = Object.entries(told.reasons ?? {});
  const without = told.count - reasons.reduce((sum, [, count]) => sum + count, 0);
  for (const [reason, count] of reasons) addTo(tally, reason, count);
  if (without > 0) addTo(tally, "", without);
  tally.samples.push(...told.samples);
}

function addTo(tally: Tally, reason: string, count: number): void {
  tally.count += count;
  tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + count);
}

/** An attempt is named `step#number`; of each step only the last one's log says what is wrong now. */
function latestOfEachStep(context: StepContext): FailureObservation[] {
  const latest = new Map<string, string>();
  for (const { attempt } of context.failures()) latest.set(stepOf(attempt), attempt);
  return context.failures().filter(({ attempt }) => latest.get(stepOf(attempt)) === attempt);
}
