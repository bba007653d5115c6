%% JSON into ejson: objects are `{[{Key, Value}]}`, strings are binaries.
-module(mover_json).
-export([decode/1]).

decode(Text) ->
    {Value, _Rest} = value(skip(Text)),
    Value.

value(<<$", Rest/binary>>) -> string(Rest, []);
value(<<$[, Rest/binary>>) -> items(skip(Rest), []);
value(<<${, Rest/binary>>) -> members(skip(Rest), []);
value(<<"null", Rest/binary>>) -> {null, Rest};
value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(Text) -> number(Text, []).

items(<<$], Rest/binary>>, Items) -> {lists:reverse(Items), Rest};
items(<<$,, Rest/binary>>, Items) -> items(skip(Rest), Items);
items(Text, Items) ->
    {Item, Rest} = value(Text),
    items(skip(Rest), [Item | Items]).

members(<<$}, Rest/binary>>, Members) -> {{lists:reverse(Members)}, Rest};
members(<<$,, Rest/binary>>, Members) -> members(skip(Rest), Members);
members(<<$", Text/binary>>, Members) ->
    {Key, Rest} = string(Text, []),
    <<$:, Behind/binary>> = skip(Rest),
    {Value, Left} = value(skip(Behind)),
    members(skip(Left), [{Key, Value} | Members]).

string(<<$", Rest/binary>>, Parts) -> {iolist_to_binary(lists:reverse(Parts)), Rest};
string(<<"\\u", Code:4/binary, Rest/binary>>, Parts) ->
    string(Rest, [unicode:characters_to_binary([binary_to_integer(Code, 16)]) | Parts]);
string(<<$\\, Char, Rest/binary>>, Parts) -> string(Rest, [escaped(Char) | Parts]);
string(<<Char, Rest/binary>>, Parts) -> string(Rest, [Char | Parts]).

escaped($n) -> $\n;
escaped($t) -> $\t;
escaped($r) -> $\r;
escaped($b) -> $\b;
escaped($f) -> $\f;
escaped(Char) -> Char.

number(<<Char, Rest/binary>>, Digits) when Char >= $0, Char =< $9; Char =:= $- ->
    number(Rest, [Char | Digits]);
number(Rest, Digits) -> {list_to_integer(lists:reverse(Digits)), Rest}.

skip(<<Char, Rest/binary>>) when Char =:= $\s; Char =:= $\n; Char =:= $\r; Char =:= $\t -> skip(Rest);
skip(Text) -> Text.
