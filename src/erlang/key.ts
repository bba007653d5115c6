import { printTerm } from "./print.ts";
import type { Term } from "./term.ts";

/** A term as the key of an object: binaries and strings as their text, the parts of a tuple joined by `|`. */
export function printKey(term: Term): string {
  if (term.type === "binary") return Buffer.from(term.bytes).toString("utf8");
  if (term.type === "tuple") return term.items.map(printKey).join("|");
  if (term.type === "atom") return term.name;
  if (term.type === "integer") return term.value.toString();
  if (term.type === "list") {
    const codes = term.items.map((item) => (item.type === "integer" ? Number(item.value) : -1));
    if (codes.length > 0 && codes.every((code) => code >= 0 && code <= 0x10ffff))
      return String.fromCodePoint(...codes);
  }
  return printTerm(term);
}
