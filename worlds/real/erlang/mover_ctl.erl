%% What the release script asks a running node: a hidden node of its own, for one question.
-module(mover_ctl).
-export([main/1]).

main([Node, Command | Arguments]) -> halt(run(list_to_atom(Node), list_to_atom(Command), Arguments)).

run(Node, ping, _) ->
    case net_adm:ping(Node) of
        pong -> io:format("pong~n"), 0;
        pang -> silent(Node)
    end;
run(Node, stop, _) -> call(Node, init, stop, []);
run(Node, restart, _) -> call(Node, init, restart, []);
run(Node, reboot, _) -> call(Node, init, reboot, []);
run(Node, pid, _) ->
    case rpc:call(Node, os, getpid, [], 10000) of
        Pid when is_list(Pid) -> io:format("~s~n", [Pid]), 0;
        _ -> silent(Node)
    end;
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

call(Node, Module, Function, Arguments) ->
    case rpc:call(Node, Module, Function, Arguments, 10000) of
        ok -> io:format("ok~n"), 0;
        _ -> silent(Node)
    end.

silent(Node) ->
    io:format("Node '~s' not responding to pings.~n", [Node]),
    1.
