import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeErlang, EncodeError } from "../../src/erlang/encode.ts";
import { runErlang } from "./support/real-erlang.ts";

test.each([
  ["true", '"true"'],
  ['"); halt(). %', '"\\"); halt(). %"'],
  ["a\\b\n\u001b", '"a\\\\b\\x{a}\\x{1b}"'],
  ["ü€😀", '"\\x{fc}\\x{20ac}\\x{1f600}"'],
  [20, "20"],
  [-3, "-3"],
  [2.5, "2.5"],
  [1e-7, "1.0e-7"],
  [1e21, "1000000000000000000000"],
  [true, "true"],
  [["a", "b"], '["a","b"]'],
  [[], "[]"],
])("%j becomes %s", (value, literal) => {
  expect(encodeErlang(value)).toBe(literal);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, "\ud800"])("%j has no literal", (value) => {
  expect(() => encodeErlang(value)).toThrow(EncodeError);
});

test("a literal is one line of printable ASCII", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(encodeErlang(text)).toMatch(/^"[ -~]*"$/);
    }),
  );
});

test("a real Erlang reads from each literal the value that was encoded, and nothing else", async () => {
  const hostile = fc.array(fc.constantFrom(..."\"\\'~.,;()[]{}<>$%#\n\r\t\0x^", "\\x{", '\\"'));
  const texts = fc.sample(
    fc.oneof(
      fc.string({ unit: "binary" }),
      hostile.map((all) => all.join("")),
    ),
    1500,
  );
  const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 500);
  const points = (text: string): string => [...text].map((each) => each.codePointAt(0)).join(",");
  const bytes = (value: number): string => {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleBE(value);
    return [...buffer].join(",");
  };
  const lines = await runErlang(
    `lists:foreach(fun({A, <<F:64/float>>}) -> io:format("~w~n", [A == F]); ({A, B}) -> io:format("~w~n", [A =:= B]) end, Input)`,
    [
      ...texts.map((text) => `{${encodeErlang(text)}, [${points(text)}]}.\n`),
      ...numbers.map((value) => `{${encodeErlang(value)}, <<${bytes(value)}>>}.\n`),
    ].join(""),
  );
  expect(lines).toHaveLength(2000);
  expect(new Set(lines)).toEqual(new Set(["true"]));
}, 60_000);
