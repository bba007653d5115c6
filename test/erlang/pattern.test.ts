import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTerm } from "../../src/erlang/parse.ts";
import { matches, parsePattern, PatternError } from "../../src/erlang/pattern.ts";
import { printTerm } from "../../src/erlang/print.ts";
import { runErlang } from "./support/real-erlang.ts";

test("variables are bound", () => {
  const found = matches(parsePattern("{ok, [First | Rest], _}"), parseTerm('{ok,[1,2,3],"x"}'));
  const shown = [...(found?.bindings ?? [])].map(([name, term]) => [name, printTerm(term)]);
  expect(shown).toEqual([
    ["First", "1"],
    ["Rest", "[2, 3]"],
  ]);
});

test("a pid is told by its test", () => {
  const pattern = parsePattern("Pid when is_pid(Pid)");
  expect(matches(pattern, parseTerm("<0.1.0>"))).toBeDefined();
  expect(matches(pattern, parseTerm("undefined"))).toBeUndefined();
});

const patterns = [
  "_",
  "X",
  "ok",
  "{ok, _}",
  "{ok, 0}",
  "{ok, burning_couches}",
  "{X, X}",
  "[H|T]",
  "[]",
  "[_, _]",
  "[_, _|_]",
  "[a|T] when is_atom(T)",
  '"ab"',
  '<<"ab">>',
  "#{k := V}",
  '#{k := 1, <<"b">> := _}',
  "{A, B} = C when tuple_size(C) =:= 2, A < B",
  "Dets when is_tuple(Dets), element(1, Dets) == account_info",
  "N when is_integer(N), N > 0",
  "N when is_integer(N), N > 0; is_atom(N)",
  "N when N == 1",
  "N when N =:= 1",
  "N when N =/= 1, N /= 2",
  "L when length(L) >= 2",
  "L when length(L) >= 2; is_map(L)",
  "S when size(S) =< 2",
  "B when byte_size(B) > 1 orelse is_float(B)",
  "B when is_float(B) orelse byte_size(B) > 1",
  "M when map_size(M) == 0",
  "X when hd(X) == 97",
  "X when tl(X) == []",
  "X when not is_list(X)",
  "X when not (is_list(X) or is_tuple(X)), X > ok",
  "X when X < {}",
  "X when X >= [1, 2]; X == 2.0".replace("[1, 2]", "[]"),
  'X when X > "a"',
  "X when X + 1 > 2",
  "X when X - 1.5 < 0",
  "X when abs(X) == 3",
  "X when is_boolean(X) andalso X",
  "X when X",
  "{ok, [{state, ready}|_]}",
  "{error, {_, Reason}} when is_atom(Reason), Reason =/= busy_now",
  "X when is_number(X)",
  "X when is_binary(X)",
  "X when is_list(X), element(1, X) == a",
  "'two words'",
  "$a",
  "-3",
];

const terms = [
  "ok",
  "true",
  "false",
  "'two words'",
  "0",
  "1",
  "1.0",
  "2",
  "2.0",
  "-3",
  "97",
  "9007199254740993",
  "9007199254740992.0",
  "[]",
  '"ab"',
  '"a"',
  "[1,2]",
  "[a|b]",
  "[a,b|c]",
  "<<>>",
  '<<"ab">>',
  '<<"abc">>',
  "{}",
  "{ok,0}",
  "{ok,burning_couches}",
  "{1,1.0}",
  "{a,a}",
  "{b,a}",
  "{ok,[{state,ready},{orgs_completed,43}]}",
  "{error,{x,busy_now}}",
  "{error,{x,halting}}",
  "{account_info,user_to_authz,association_requests,{server,1}}",
  "#{}",
  "#{k => 1}",
  '#{k => 1,<<"b">> => 2}',
  "#{1.0 => k}",
];

test("every pattern decides about every term as a real Erlang does", async () => {
  const lines = await runErlang(
    `[Patterns, Terms] = Input, lists:foreach(fun(P) ->
      {ok, Ts, _} = erl_scan:string("fun(" ++ P ++ " -> true; (_) -> false end."),
      {ok, Es} = erl_parse:parse_exprs(Ts),
      {value, F, _} = erl_eval:exprs(Es, []),
      lists:foreach(fun(T) -> io:format("~w~n", [F(T)]) end, Terms) end, Patterns)`,
    `[${patterns.map((each) => JSON.stringify(each.includes(" when ") ? each.replace(" when ", ") when ") : `${each})`)).join(",")}].\n[${terms.join(",")}].\n`,
  );
  const wanted = patterns.flatMap((pattern) => terms.map((term) => `${pattern} <- ${term}`));
  const ours = patterns.flatMap((pattern) => {
    const parsed = parsePattern(pattern);
    return terms.map((term) => matches(parsed, parseTerm(term)) !== undefined);
  });
  expect(wanted.map((label, index) => `${label}: ${ours[index]}`)).toEqual(
    wanted.map((label, index) => `${label}: ${lines[index]}`),
  );
}, 60_000);

describe("what is no pattern", () => {
  test.each([
    ["", 0],
    ["{ok, ", 5],
    ["{ok _}", 4],
    ["ok when", 7],
    ["N when M > 0", 7],
    ["N when foo(N)", 7],
    ["N when element(N)", 17],
    ["X when mod:f(X)", 10],
    ["#{k => V}", 4],
    ["#{K := V}", 2],
    ["<0.1.0>", 0],
    ["ok ok", 3],
    ["when", 0],
    ["N when N > 0,", 13],
    ["f(X)", 1],
  ])("%j", (text, offset) => {
    const read = (): unknown => parsePattern(text);
    expect(read).toThrow(PatternError);
    expect(read).toThrow(expect.objectContaining({ offset }));
    expect(read).toThrow(/not an Erlang term pattern/);
  });

  test("any text is read or refused", () => {
    const piece = fc.constantFrom(
      ..."{}[]()|,;.#<>=\"'\\$ -+*_AzN09",
      " when ",
      "is_pid(",
      ":=",
      "=:=",
      "not ",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom(...terms), (pieces, term) => {
        expect(tryPattern(pieces.join(""), term)).toBeOneOf([PatternError, Object, undefined]);
      }),
      { numRuns: 3000 },
    );
  });

  test("nesting is limited", () => {
    expect(() => parsePattern("[".repeat(100_000))).toThrow(PatternError);
    expect(() => parsePattern(`X when ${"(".repeat(100_000)}`)).toThrow(PatternError);
    expect(() => parsePattern(`X when ${"not ".repeat(100_000)}true`)).toThrow(PatternError);
  });
});

/** What reading and matching comes to: an error's class, or that of the answer. */
function tryPattern(pattern: string, term: string): unknown {
  try {
    return matches(parsePattern(pattern), parseTerm(term))?.constructor;
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}
