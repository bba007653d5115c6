%% The release script's rpcterms: a hidden node of its own, for one call and its whole answer.
-module(mover_ctl).
-export([main/1]).

main([Node, Command | Arguments]) -> halt(run(list_to_atom(Node), list_to_atom(Command), Arguments)).

run(Node, rpcterms, [Module, Function | Text]) ->
    case arguments(Text) of
        {ok, Arguments} -> show(rpc:call(Node, list_to_atom(Module), list_to_atom(Function), Arguments, 60000));
        _ -> 127
    end.

%% A stalled manager keeps the answer out of reach for at most a minute; `{error, _}` is an answer like any other.
show({badrpc, Reason}) -> io:format("RPC to node failed: ~0p~n", [Reason]), 1;
show(Result) -> io:format("~0p~n", [Result]), 0.

arguments([]) -> {ok, []};
arguments([Text | _]) ->
    case erl_scan:string(Text) of
        {ok, Tokens, _} -> parse(Tokens, [], []);
        Error -> Error
    end.

parse([], [], Arguments) -> {ok, lists:reverse(Arguments)};
parse([], _Open, _Arguments) -> error;
parse([{dot, _} = Dot | Rest], Open, Arguments) ->
    case erl_parse:parse_term(lists:reverse([Dot | Open])) of
        {ok, Term} -> parse(Rest, [], [Term | Arguments]);
        Error -> Error
    end;
parse([Token | Rest], Open, Arguments) -> parse(Rest, [Token | Open], Arguments).
