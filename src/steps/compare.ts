import type { ReconcileRow } from "../journal/event.ts";
import { printKey } from "../erlang/key.ts";
import { accountFor, failuresOf, type Account } from "./account.ts";
import { ask } from "./ask.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import type { StepContext } from "./context.ts";
import type { Reconciliation, Side } from "./resources.ts";

export type SideName = "source" | "dets" | "sql";

/** What one side holds: a number, and the keys where the side can name them. */
export interface Holding {
  readonly count: number;
  readonly keys: readonly string[] | undefined;
  /** False when the side is not there at all (a dets that is not open). */
  readonly present: boolean;
}

type Held =
  | { readonly ok: true; readonly holding: Holding }
  | { readonly ok: false; readonly reason: string };

export type Compared =
  | {
      readonly ok: true;
      readonly rows: readonly ReconcileRow[];
      /** Per reconciliation, where its sides could be compared by name. */
      readonly accounts: ReadonlyMap<string, Account>;
    }
  | { readonly ok: false; readonly reason: string };

/** Compares the sides of each reconciliation, by name where both sides can name their objects. */
export async function compareSides(
  names: readonly string[],
  between: readonly SideName[],
  context: StepContext,
): Promise<Compared> {
  const rows: ReconcileRow[] = [];
  const accounts = new Map<string, Account>();
  for (const name of names) {
    const reconciliation = context.resources.reconciliations[name];
    if (reconciliation === undefined)
      return { ok: false, reason: `there is no reconciliation ${name}` };
    const held = await holdings(reconciliation, between, context);
    if (!held.ok) return held;
    const { row, account } = rowOf(reconciliation, between, held.holdings, context);
    rows.push(row);
    if (account !== undefined) accounts.set(name, account);
  }
  return { ok: true, rows, accounts };
}

type Holdings = Partial<Record<SideName, Holding>>;

async function holdings(
  reconciliation: Reconciliation,
  between: readonly SideName[],
  context: StepContext,
): Promise<{ ok: true; holdings: Holdings } | { ok: false; reason: string }> {
  const found: Holdings = {};
  for (const side of between) {
    const held = await readSide(reconciliation.sides[side], context);
    if (!held.ok) return { ok: false, reason: `${reconciliation.title}, ${side}: ${held.reason}` };
    found[side] = held.holding;
  }
  return { ok: true, holdings: found };
}

/** Reads one side of a comparison. */
export async function readSide(side: Side, context: StepContext): Promise<Held> {
  return side.type === "run" ? readCommandSide(side, context) : readConsoleSide(side, context);
}

async function readCommandSide(
  side: Extract<Side, { type: "run" }>,
  context: StepContext,
): Promise<Held> {
  const answer = await ask(side.on, context, 600);
  if (!answer.ok) return answer;
  const lines = answer.lines.filter((line) => line !== "");
  if (side.gives === "keys")
    return { ok: true, holding: { count: lines.length, keys: lines, present: true } };
  const number = lines.at(-1)?.trim() ?? "";
  if (!/^\d+$/.test(number)) {
    return {
      ok: false,
      reason: `${side.on.host}: wanted a number and got ${JSON.stringify(number.slice(0, 100))}`,
    };
  }
  return { ok: true, holding: { count: Number(number), keys: undefined, present: true } };
}

async function readConsoleSide(
  side: Extract<Side, { type: "eval" }>,
  context: StepContext,
): Promise<Held> {
  const answer = await context
    .console(side.console)
    .evaluate(side.eval, { timeoutSeconds: 600, signal: context.signal });
  if (answer.kind === "exception")
    return { ok: true, holding: { count: 0, keys: [], present: false } };
  if (answer.kind !== "value") return { ok: false, reason: sayEvaluation(answer) };
  const { term } = answer;
  if (term.type === "integer")
    return { ok: true, holding: { count: Number(term.value), keys: undefined, present: true } };
  if (term.type !== "list") return { ok: false, reason: `${side.eval} gives no list of keys` };
  const keys = term.items.map(printKey);
  return { ok: true, holding: { count: keys.length, keys, present: true } };
}

const samplesKept = 10;

function rowOf(
  reconciliation: Reconciliation,
  between: readonly SideName[],
  held: Holdings,
  context: StepContext,
): { row: ReconcileRow; account: Account | undefined } {
  const problems = between
    .filter((side) => held[side]?.present === false)
    .map((side) => `${side} is not there`);
  let account: Account | undefined;
  for (const [index, right] of between.entries()) {
    const left = between[index - 1];
    if (left === undefined) continue;
    const pair = comparePair(reconciliation, [left, right], held, context);
    account = pair.account ?? account;
    problems.push(...pair.problems);
  }
  const row: ReconcileRow = {
    name: reconciliation.name,
    title: reconciliation.title,
    sides: Object.fromEntries(between.map((side) => [side, held[side]?.count ?? 0])),
    accounted: account?.explained.length ?? 0,
    missing: account?.missing.length ?? 0,
    unexpected: account?.unexpected.length ?? 0,
    samples: [...(account?.missing ?? []), ...(account?.unexpected ?? [])].slice(0, samplesKept),
    ok: problems.length === 0,
    detail: problems.join("; "),
  };
  return { row, account };
}

interface Pair {
  readonly account: Account | undefined;
  readonly problems: readonly string[];
}

function comparePair(
  reconciliation: Reconciliation,
  [left, right]: readonly [SideName, SideName],
  held: Holdings,
  context: StepContext,
): Pair {
  const from = held[left];
  const to = held[right];
  if (from?.keys === undefined || to?.keys === undefined) {
    const same = from?.count === to?.count;
    return {
      account: undefined,
      problems: same ? [] : [`${left} has ${from?.count ?? 0} and ${right} ${to?.count ?? 0}`],
    };
  }
  const account = accountFor(from.keys, to.keys, failuresOf(reconciliation, context.failures()));
  const problems: string[] = [];
  if (account.missing.length > 0)
    problems.push(`${account.missing.length} of ${left} are missing in ${right} without a reason`);
  if (account.unexpected.length > 0)
    problems.push(`${account.unexpected.length} in ${right} are not in ${left}`);
  return { account, problems };
}

/** The rows as one short sentence, for a check's detail. */
export function describeRows(rows: readonly ReconcileRow[]): string {
  return rows
    .map((row) => {
      const sides = Object.entries(row.sides).map(([side, count]) => `${side} ${count}`);
      const accounted = row.accounted > 0 ? `, ${row.accounted} accounted for` : "";
      return `${row.title}: ${sides.join(", ")}${accounted}${row.detail === "" ? "" : ` (${row.detail})`}`;
    })
    .join("; ");
}
