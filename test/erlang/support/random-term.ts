import fc from "fast-check";
import type { Term } from "../../../src/erlang/term.ts";

const name = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("ok", "error", "fun", "when", "Abc", "a b", "ünï", "_x", "a@b", "'", "\\", "\n"),
);

const leaf: fc.Arbitrary<Term> = fc.oneof(
  name.map((text): Term => ({ type: "atom", name: text })),
  fc
    .bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
    .map((value): Term => ({ type: "integer", value })),
  fc
    .integer({ min: -5, max: 1200 })
    .map((value): Term => ({ type: "integer", value: BigInt(value) })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value): Term => ({ type: "float", value })),
  fc
    .uint8Array({ maxLength: 12 })
    .map((bytes): Term => ({ type: "binary", bytes: Uint8Array.from(bytes) })),
  fc
    .string({ unit: "grapheme", maxLength: 90 })
    .map((text): Term => ({ type: "binary", bytes: Uint8Array.from(Buffer.from(text)) })),
  fc.string({ unit: "binary", maxLength: 90 }).map(characters),
);

function characters(text: string): Term {
  const points = [...text].map((character) => BigInt(character.codePointAt(0) ?? 0));
  return { type: "list", items: points.map((value) => ({ type: "integer", value })) };
}

/** Any term that Erlang can print and read back. */
export const randomTerm: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("term"), { maxLength: 5 }).map((items): Term => ({ type: "list", items })),
    fc.array(tie("term"), { maxLength: 5 }).map((items): Term => ({ type: "tuple", items })),
    fc
      .tuple(fc.array(tie("term"), { minLength: 1, maxLength: 3 }), leaf)
      .map(([items, tail]): Term =>
        tail.type === "list" ? { type: "list", items } : { type: "list", items, tail },
      ),
    fc
      .uniqueArray(fc.tuple(leaf, tie("term")), { maxLength: 4, selector: ([key]) => source(key) })
      .map((entries): Term => ({ type: "map", entries })),
  ),
})).term;

/** A term as source text, written in the plainest way, so that the reader under test has no part in it. */
export function source(term: Term): string {
  switch (term.type) {
    case "atom":
      return `'${[...term.name].map((c) => `\\x{${(c.codePointAt(0) ?? 0).toString(16)}}`).join("")}'`;
    case "integer":
      return String(term.value);
    case "float":
      return floatSource(term.value);
    case "binary":
      return `<<${[...term.bytes].join(",")}>>`;
    case "tuple":
      return `{${term.items.map(source).join(",")}}`;
    case "list":
      return `[${term.items.map(source).join(",")}${term.tail ? `|${source(term.tail)}` : ""}]`;
    case "map":
      return `#{${term.entries.map(([key, value]) => `${source(key)} => ${source(value)}`).join(",")}}`;
    case "opaque":
      throw new Error("has no source");
  }
}

function floatSource(value: number): string {
  const [mantissa = "", exponent = "+0"] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}e${exponent}`;
}
