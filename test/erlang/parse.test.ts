import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSame } from "../../src/erlang/compare.ts";
import { parseTerm, TermError } from "../../src/erlang/parse.ts";
import { printTerm } from "../../src/erlang/print.ts";
import { randomTerm, source } from "./support/random-term.ts";
import { runErlang } from "./support/real-erlang.ts";

describe("what Erlang prints", () => {
  test.each([
    ["ok", "ok"],
    ["'Hello World'", "'Hello World'"],
    ["'it\\'s'", "'it\\'s'"],
    ["mover@127", "mover@127"],
    ["-17", "-17"],
    ["16#ff", "255"],
    ["1.5e-7", "1.5e-7"],
    ["-0.25", "-0.25"],
    ["[104,105]", '"hi"'],
    ['"hi"', '"hi"'],
    ['"a\\tb\\x{20ac}\\e"', "[97, 9, 98, 8364, 27]"],
    ['"two "\n   "pieces"', '"two pieces"'],
    ["$a", "97"],
    ["<<>>", "<<>>"],
    ["<<97,98,0>>", "<<97,98,0>>"],
    ['<<"abc">>', '<<"abc">>'],
    ['<<"ü"/utf8>>', '<<"ü"/utf8>>'],
    ['<<"ab"\n  "cd">>', '<<"abcd">>'],
    ["<<1,2:3>>", "<<1,2:3>>"],
    ["[a|b]", "[a | b]"],
    ["[a|[b|[]]]", "[a, b]"],
    ["#{a => 1,\n  <<98>> => []}", '#{a => 1, <<"b">> => []}'],
    ["{state,{}}.", "{state, {}}"],
    ["<0.123.0>", "<0.123.0>"],
    ["#Fun<erl_eval.44.65746770>", "#Fun<erl_eval.44.65746770>"],
    ["fun lists:map/2", "fun lists:map/2"],
    ["fun 'My Mod':'f g'/12", "fun 'My Mod':'f g'/12"],
    ["#Ref<0.1.2.3>", "#Ref<0.1.2.3>"],
    ["#Port<0.12>", "#Port<0.12>"],
    ["{ok,[{state,ready},{orgs_completed,43}]}", "{ok, [{state, ready}, {orgs_completed, 43}]}"],
  ])("%s", (text, printed) => {
    expect(printTerm(parseTerm(text))).toBe(printed);
  });
});

describe("what is no term", () => {
  test.each([
    ["", 0, "the end of the text"],
    ["{ok", 3, 'expected "}"'],
    ["{ok,}", 4, "expected an Erlang term"],
    ["[a|b,c]", 4, 'expected "]"'],
    ['"abc', 0, "is not closed"],
    ["ok ok", 3, "nothing after the term"],
    ["Variable", 0, "expected an Erlang term"],
    ["[1,2,...]", 5, "was cut where it was printed"],
    ["<<256>>", 5, "a byte"],
    ["#rec{}", 0, "expected an Erlang term"],
    ["2#12", 4, "base 2"],
  ])("%j", (text, offset, message) => {
    const read = (): unknown => parseTerm(text);
    expect(read).toThrow(TermError);
    expect(read).toThrow(
      expect.objectContaining({ offset, message: expect.stringContaining(message) }),
    );
  });

  test("nesting beyond any answer is refused and does not exhaust the stack", () => {
    expect(() => parseTerm("[".repeat(1_000_000))).toThrow(/nested more than 1000 deep/);
    expect(parseTerm(`${"{".repeat(900)}${"}".repeat(900)}`).type).toBe("tuple");
  });

  test("any text is read or refused with an offset inside it", () => {
    const pieces = fc.constantFrom(
      ..."{}[]()|,.#<>\"'\\$ \n%=:/-+_aZ09é…😀",
      "fun ",
      "#{",
      "<<",
      "=>",
    );
    const texts = fc.oneof(
      fc.array(pieces).map((all) => all.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(offsetOf(text)).toSatisfy((offset: number) => offset >= 0 && offset <= text.length);
      }),
      { numRuns: 3000 },
    );
  });
});

test("a long answer is read whole", () => {
  const items = Array.from(
    { length: 300_000 },
    (_, index) => `{<<"organization-${index}">>,${index}}`,
  );
  const term = parseTerm(`[${items.join(",")}]`);
  expect(term.type === "list" && term.items.length).toBe(300_000);
});

test("random terms come back from a real Erlang as they went, however it prints them", async () => {
  const terms = fc.sample(randomTerm, 3000);
  const print = (format: string): string => `io_lib:format("${format}", [T])`;
  const encode = (format: string): string =>
    `io:format("~s~n", [base64:encode(unicode:characters_to_binary(${print(format)}))])`;
  const lines = await runErlang(
    `lists:foreach(fun(T) -> ${["~w", "~p", "~tw", "~tp"].map(encode).join(", ")} end, Input)`,
    terms.map((term) => `${source(term)}.\n`).join(""),
  );
  expect(lines).toHaveLength(terms.length * 4);
  const lost = lines
    .map((line) => Buffer.from(line, "base64").toString())
    .filter((text, index) => {
      const wanted = terms[Math.floor(index / 4)];
      return wanted === undefined || !isSame(parseTerm(text), wanted);
    });
  expect(lost).toEqual([]);
}, 60_000);

/** Where reading ended: the end of the text, or where it was refused. */
function offsetOf(text: string): number {
  try {
    parseTerm(text);
    return text.length;
  } catch (error) {
    if (error instanceof TermError) return error.offset;
    throw error;
  }
}
