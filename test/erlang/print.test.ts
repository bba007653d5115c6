import fc from "fast-check";
import { expect, test } from "vitest";
import { isSame } from "../../src/erlang/compare.ts";
import { parseTerm } from "../../src/erlang/parse.ts";
import { printTerm, textOf } from "../../src/erlang/print.ts";
import { randomTerm } from "./support/random-term.ts";

test("what is printed whole reads back as the same term", () => {
  fc.assert(
    fc.property(randomTerm, (term) => {
      const text = printTerm(term, 1_000_000);
      expect(isSame(parseTerm(text), term)).toBe(true);
      expect(text).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test("a long term is cut to the length that was asked for", () => {
  const term = parseTerm(`[${"{organization,12345},".repeat(5000)}last]`);
  expect(printTerm(term, 60)).toMatch(/^\[\{organization, 12345\}.*…$/);
  expect(printTerm(term, 60)).toHaveLength(60);
});

test.each([
  ['"abc"', "abc"],
  ['<<"ü"/utf8>>', "ü"],
  ["[]", ""],
  ["<<255>>", undefined],
  ["[1]", undefined],
  ["abc", undefined],
])("the text of %s is %j", (term, text) => {
  expect(textOf(parseTerm(term))).toBe(text);
});
