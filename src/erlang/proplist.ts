import type { Term } from "./term.ts";

/** Reads `[{Key, Value}, …]`, bare or as `{ok, […]}`, the way Erlang answers a status: the first of equal keys counts. */
export function proplist(term: Term): Map<string, Term> | undefined {
  const list = insideOk(term);
  if (list.type !== "list" || list.tail !== undefined) return undefined;
  const found = new Map<string, Term>();
  for (const item of list.items) {
    const entry = readEntry(item);
    if (entry === undefined) return undefined;
    if (!found.has(entry[0])) found.set(...entry);
  }
  return found;
}

function insideOk(term: Term): Term {
  if (term.type !== "tuple" || term.items.length !== 2) return term;
  const [first, second] = term.items;
  return first?.type === "atom" && first.name === "ok" && second !== undefined ? second : term;
}

function readEntry(item: Term): [string, Term] | undefined {
  if (item.type === "atom") return [item.name, { type: "atom", name: "true" }];
  if (item.type !== "tuple" || item.items.length !== 2) return undefined;
  const [key, value] = item.items;
  return key?.type === "atom" && value !== undefined ? [key.name, value] : undefined;
}
