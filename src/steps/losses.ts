import type { Account, Explained } from "./account.ts";
import { readSide } from "./compare.ts";
import type { FailureRule, StepContext } from "./context.ts";
import type { Reference } from "./resources.ts";

type Accounts = ReadonlyMap<string, Account>;

export type Sifted =
  | { readonly ok: true; readonly accounts: Accounts }
  | { readonly ok: false; readonly reason: string };

/** What a reference holds, asked once for all failures that refer to it. */
interface Held {
  readonly title: string;
  readonly source: ReadonlySet<string>;
  /** Undefined where the reference has no such side. */
  readonly sql: ReadonlySet<string> | undefined;
}

/**
 * A failure may say that what it refers to is gone. Where all of that is still at the source it is a loss,
 * and nothing that the baseline allows of benign ones: it gets a class of its own.
 */
export async function siftLosses(accounts: Accounts, context: StepContext): Promise<Sifted> {
  const lossOf = lossClasses(context.failureRules);
  const names = new Set<string>();
  for (const { explained } of accounts.values())
    for (const { refers } of explained)
      for (const name of Object.keys(refers ?? {})) names.add(name);
  const held = new Map<string, Held>();
  for (const name of names) {
    const found = await readReference(name, context);
    if (!found.ok) return found;
    held.set(name, found.held);
  }
  const sifted = [...accounts].map(([name, account]) => {
    const explained = account.explained.map((one) => sift(one, lossOf, held));
    return [name, { ...account, explained }] as const;
  });
  return { ok: true, accounts: new Map(sifted) };
}

function lossClasses(rules: readonly FailureRule[]): ReadonlyMap<string, string> {
  return new Map(
    rules.flatMap(({ class: name, benignUnless }) =>
      benignUnless === undefined ? [] : [[name, benignUnless.class] as const],
    ),
  );
}

function sift(
  one: Explained,
  lossOf: ReadonlyMap<string, string>,
  held: ReadonlyMap<string, Held>,
): Explained {
  const refers = Object.entries(one.refers ?? {});
  const loss = lossOf.get(one.class);
  if (refers.length === 0 || loss === undefined) return one;
  if (!refers.every(([name, key]) => held.get(name)?.source.has(key) === true)) return one;
  const failed = refers.find(([name, key]) => held.get(name)?.sql?.has(key) === false);
  const titles = refers.map(([name]) => held.get(name)?.title ?? name);
  const reason =
    failed === undefined
      ? `at the source: ${titles.join(" and ")}`
      : `failed itself: ${held.get(failed[0])?.title ?? failed[0]}`;
  return { ...one, class: loss, reason };
}

async function readReference(
  name: string,
  context: StepContext,
): Promise<
  { readonly ok: true; readonly held: Held } | { readonly ok: false; readonly reason: string }
> {
  const reference = context.resources.references[name];
  if (reference === undefined) return { ok: false, reason: `there is no reference ${name}` };
  const source = await keysOf(reference, "source", context);
  if (!source.ok) return source;
  if (reference.sql === undefined)
    return { ok: true, held: { title: reference.title, source: source.keys, sql: undefined } };
  const sql = await keysOf(reference, "sql", context);
  if (!sql.ok) return sql;
  return { ok: true, held: { title: reference.title, source: source.keys, sql: sql.keys } };
}

async function keysOf(
  { title, ...sides }: Reference,
  side: "source" | "sql",
  context: StepContext,
): Promise<
  | { readonly ok: true; readonly keys: ReadonlySet<string> }
  | { readonly ok: false; readonly reason: string }
> {
  const asked = sides[side];
  const answer = asked === undefined ? undefined : await readSide(asked, context);
  if (answer === undefined) return { ok: false, reason: `${title} has no ${side}` };
  if (!answer.ok) return { ok: false, reason: `${title}, ${side}: ${answer.reason}` };
  const { keys, present } = answer.holding;
  if (!present || keys === undefined)
    return { ok: false, reason: `${title}, ${side}: gives no keys, so what is gone is not known` };
  return { ok: true, keys: new Set(keys) };
}
