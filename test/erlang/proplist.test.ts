import { expect, test } from "vitest";
import { parseTerm } from "../../src/erlang/parse.ts";
import { printTerm } from "../../src/erlang/print.ts";
import { proplist } from "../../src/erlang/proplist.ts";

test.each([
  ["{ok,[{state,ready},{objects_remaining,0}]}", "state=ready objects_remaining=0"],
  ["[{state,working},fatal_stop]", "state=working fatal_stop=true"],
  ["[{a,1},{a,2}]", "a=1"],
  ["[]", ""],
])("%s", (text, shown) => {
  const found = [...(proplist(parseTerm(text)) ?? [])];
  expect(found.map(([key, value]) => `${key}=${printTerm(value)}`).join(" ")).toBe(shown);
});

test.each(["{error,busy_now}", "ok", "[{a,1,2}]", "[{1,a}]", "[{a,1}|b]", "{ok,1}"])(
  "%s is none",
  (text) => {
    expect(proplist(parseTerm(text))).toBeUndefined();
  },
);
