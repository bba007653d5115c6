%% Values out of decoded JSON objects, `{[{Key, Value}]}`, by a tuple of keys.
-module(ej).
-export([get/2, get/3]).

get(Keys, Object) -> walk(tuple_to_list(Keys), Object, undefined).

get(Keys, Object, Default) -> walk(tuple_to_list(Keys), Object, Default).

walk([], Value, _Default) -> Value;
walk([Key | Keys], {Members}, Default) when is_list(Members) ->
    case lists:keyfind(Key, 1, Members) of
        {_, Value} -> walk(Keys, Value, Default);
        false -> Default
    end;
walk(_Keys, _Other, Default) -> Default.
