import { parseTerm } from "./parse.ts";
import type { Term } from "./term.ts";

const opaqueRanks = { reference: 2, fun: 3, port: 4, pid: 5, bitstring: 9 } as const;
const ranks = { integer: 0, float: 0, atom: 1, tuple: 6, map: 7, list: 8, binary: 9 } as const;
const nil: Term = parseTerm("[]");

/** `=:=`: same type and value. */
export function isSame(left: Term, right: Term): boolean {
  return compareTerms(left, right, true) === 0;
}

/** Erlang's order of terms, so that guards decide as the node would; `exact` keeps 1 and 1.0 apart. */
export function compareTerms(left: Term, right: Term, exact = false): number {
  const order = rankOf(left) - rankOf(right);
  if (order !== 0) return order;
  if (left.type === "atom" && right.type === "atom") return compareText(left.name, right.name);
  if (left.type === "binary" && right.type === "binary")
    return Buffer.compare(left.bytes, right.bytes);
  if (left.type === "tuple" && right.type === "tuple")
    return compareSized(left.items, right.items, exact);
  if (left.type === "map" && right.type === "map") {
    return compareSized(flatten(left.entries), flatten(right.entries), exact);
  }
  if (left.type === "list" && right.type === "list") return compareLists(left, right, exact);
  return compareScalars(left, right, exact);
}

function compareScalars(left: Term, right: Term, exact: boolean): number {
  const isNumber = "value" in left && "value" in right;
  if (!isNumber) return compareText(textOfScalar(left), textOfScalar(right));
  if (exact && left.type !== right.type) return left.type === "integer" ? -1 : 1;
  if (left.value < right.value) return -1;
  return left.value > right.value ? 1 : 0;
}

function rankOf(term: Term): number {
  return term.type === "opaque" ? opaqueRanks[term.kind] : ranks[term.type];
}

function textOfScalar(term: Term): string {
  if (term.type === "opaque") return term.text;
  return term.type === "binary" ? Buffer.from(term.bytes).toString("latin1") : "";
}

function compareText(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const order = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSized(left: readonly Term[], right: readonly Term[], exact: boolean): number {
  return left.length - right.length || compareItems(left, right, exact);
}

function compareItems(left: readonly Term[], right: readonly Term[], exact: boolean): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareTerms(left[index] ?? nil, right[index] ?? nil, exact);
    if (order !== 0) return order;
  }
  return 0;
}

type List = Extract<Term, { readonly type: "list" }>;

function compareLists(left: List, right: List, exact: boolean): number {
  const order = compareItems(left.items, right.items, exact);
  if (order !== 0) return order;
  const common = Math.min(left.items.length, right.items.length);
  const [a, b] = [restOf(left, common), restOf(right, common)];
  if (a.type !== "list" || b.type !== "list") return compareTerms(a, b, exact);
  return a.items.length - b.items.length;
}

/** What follows the first `count` items of a list: a list, or an improper list's tail. */
export function restOf(list: List, count: number): Term {
  if (count === 0) return list;
  if (count >= list.items.length) return list.tail ?? nil;
  const items = list.items.slice(count);
  return list.tail === undefined
    ? { type: "list", items }
    : { type: "list", items, tail: list.tail };
}

function flatten(entries: readonly (readonly [Term, Term])[]): Term[] {
  const sorted = entries.toSorted(([left], [right]) => compareTerms(left, right, true));
  return [...sorted.map(([key]) => key), ...sorted.map(([, value]) => value)];
}
