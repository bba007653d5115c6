/** Bumped when a keeper that an older version left in a node could not serve this one. */
export const keeperVersion = 1;

/** More text than this is not carried through a terminal; the answer is then `{too_large, Bytes}`. */
export const maxAnswerBytes = 32 * 1024 * 1024;

/** Terms beyond this are written piece by piece: `~w` takes a hundred times the memory of the text it makes. */
const pieceBytes = 16_384;

/**
 * The process that evaluates and keeps answers, as text for the Erlang shell. It is interpreted there, so it
 * keeps to what R16B03 and today's releases both know: no maps, no named funs, no stack traces.
 */
export const keeperSource = `
(fun() ->
  Items = fun(Again, Write, List, Count) ->
    case Count =:= 1 orelse erlang:external_size(List) < ${pieceBytes} of
      true when Count =:= 1 -> Write(Again, Write, hd(List));
      true ->
        Text = iolist_to_binary(io_lib:format("~w", [List])),
        binary:part(Text, 1, byte_size(Text) - 2);
      false ->
        {Front, Rest} = lists:split(Count div 2, List),
        [Again(Again, Write, Front, Count div 2), $, | Again(Again, Write, Rest, Count - Count div 2)]
    end
  end,
  Write = fun(Each, Again, Term) ->
    case erlang:external_size(Term) < ${pieceBytes} of
      true -> iolist_to_binary(io_lib:format("~w", [Term]));
      false when is_tuple(Term) -> [\${, Each(Each, Again, tuple_to_list(Term), tuple_size(Term)), $}];
      false when length(Term) > 0 -> [$[, Each(Each, Again, Term, length(Term)), $]];
      false when is_binary(Term) -> ["<<", Each(Each, Again, binary_to_list(Term), byte_size(Term)), ">>"];
      false -> iolist_to_binary(io_lib:format("~w", [Term]))
    end
  end,
  Pack = fun(Again, Result) ->
    Outside = erlang:external_size(Result),
    Text = case Outside > ${maxAnswerBytes} of
      true -> [];
      false -> Write(Items, Write, Result)
    end,
    Size = case Text of [] -> Outside; _ -> iolist_size(Text) end,
    case Size > ${maxAnswerBytes} of
      true -> Again(Again, {too_large, Size});
      false -> iolist_to_binary([integer_to_list(Size), $:, base64:encode(zlib:compress(Text))])
    end
  end,
  Say = fun(Shell, A, B, Packed) ->
    Frame = iolist_to_binary(["\\n", A, B, $:, Packed, $:, A, B, "\\n"]),
    spawn(fun() -> catch io:put_chars(Shell, Frame) end)
  end,
  Tell = fun(Shell, A, B, Result) -> Say(Shell, A, B, Pack(Pack, Result)) end,
  Commands = fun(Name, Arity) ->
    [M || M <- [user_default, shell_default], code:ensure_loaded(M) =:= {module, M},
      erlang:function_exported(M, Name, Arity)]
  end,
  Missing = fun
    ({call, _, {remote, _, {atom, _, M}, {atom, _, F}}, As}) ->
      code:ensure_loaded(M),
      Arity = length(As),
      case erlang:function_exported(M, F, Arity) orelse erlang:is_builtin(M, F, Arity)
          orelse erlang:function_exported(M, '$handle_undefined_function', 2) of
        true -> false;
        false -> {undefined, lists:flatten(io_lib:format("~w:~w/~w", [M, F, Arity]))}
      end;
    ({call, _, {atom, _, F}, As}) ->
      Arity = length(As),
      case erl_internal:bif(F, Arity) orelse Commands(F, Arity) =/= [] of
        true -> false;
        false -> {undefined, lists:flatten(io_lib:format("~w/~w", [F, Arity]))}
      end;
    (_) -> false
  end,
  Local = fun(F, As) ->
    case Commands(F, length(As)) of
      [M | _] -> apply(M, F, As);
      [] -> erlang:error(undef)
    end
  end,
  Evaluate = fun(Exprs) ->
    case Missing(hd(Exprs)) of
      false ->
        try erl_eval:exprs(Exprs, erl_eval:new_bindings(), {value, Local}) of
          {value, Value, _} -> {value, Value}
        catch
          Class:Reason -> {exception, Class, Reason}
        end;
      Undefined -> Undefined
    end
  end,
  Explain = fun(Module, Info) -> {syntax, lists:flatten(Module:format_error(Info))} end,
  Run = fun(Text) ->
    case erl_scan:string(Text) of
      {ok, Tokens, _} ->
        case erl_parse:parse_exprs(Tokens) of
          {ok, Exprs} -> Evaluate(Exprs);
          {error, {_, Module, Info}} ->
            case erl_parse:parse_exprs(Tokens ++ [{dot, 1}]) of
              {ok, _} -> no_dot;
              _ -> Explain(Module, Info)
            end
        end;
      {error, {_, Module, Info}, _} -> Explain(Module, Info)
    end
  end,
  Watch = fun(Keeper, Shell, A, B, Id, Pid, Wait) ->
    spawn(fun() ->
      Monitor = erlang:monitor(process, Pid),
      receive
        {'DOWN', Monitor, _, _, _} -> Keeper ! {poll, Shell, A, B, Id, 0}
      after Wait -> Tell(Shell, A, B, running)
      end
    end)
  end,
  Keep = fun(Loop, {Born, Nothing} = Life, Kept, Shells) ->
    receive
      {hello, Shell, A, B} ->
        [exit(Old, kill) || Old <- Shells, Old =/= Shell],
        Tell(Shell, A, B, {hello, ${keeperVersion}, node(), os:getpid(), Born}),
        Loop(Loop, Life, Kept, [Shell]);
      {ask, Shell, A, B, Id, Wait, Text} ->
        Hash = erlang:phash2(Text),
        case lists:keyfind(Id, 1, Kept) of
          false ->
            Me = self(),
            {Pid, _} = spawn_monitor(fun() ->
              group_leader(whereis(user), self()),
              Me ! {done, Id, Pack(Pack, Run(Text))}
            end),
            Watch(Me, Shell, A, B, Id, Pid, Wait),
            Loop(Loop, Life, [{Id, Hash, Pid} | Kept], Shells);
          {_, Hash, _} ->
            self() ! {poll, Shell, A, B, Id, Wait},
            Loop(Loop, Life, Kept, Shells);
          _ ->
            Tell(Shell, A, B, other_expression),
            Loop(Loop, Life, Kept, Shells)
        end;
      {poll, Shell, A, B, Id, Wait} ->
        case lists:keyfind(Id, 1, Kept) of
          false -> Tell(Shell, A, B, Nothing);
          {_, _, Pid} when is_pid(Pid) -> Watch(self(), Shell, A, B, Id, Pid, Wait);
          {_, _, Packed} -> Say(Shell, A, B, Packed)
        end,
        Loop(Loop, Life, Kept, Shells);
      {forget, Shell, A, B, Id} ->
        case lists:keyfind(Id, 1, Kept) of
          {_, _, Pid} when is_pid(Pid) ->
            Tell(Shell, A, B, running),
            Loop(Loop, Life, Kept, Shells);
          _ ->
            Tell(Shell, A, B, forgotten),
            Loop(Loop, Life, lists:keydelete(Id, 1, Kept), Shells)
        end;
      {done, Id, Packed} ->
        {_, Hash, _} = lists:keyfind(Id, 1, Kept),
        Loop(Loop, Life, lists:keyreplace(Id, 1, Kept, {Id, Hash, Packed}), Shells);
      {'DOWN', _, process, Pid, Reason} ->
        case lists:keyfind(Pid, 3, Kept) of
          {Id, Hash, _} ->
            Packed = Pack(Pack, {exception, exit, Reason}),
            Loop(Loop, Life, lists:keyreplace(Id, 1, Kept, {Id, Hash, Packed}), Shells);
          false -> Loop(Loop, Life, Kept, Shells)
        end;
      _ -> Loop(Loop, Life, Kept, Shells)
    end
  end,
  case whereis(runbook_phase) of
    undefined ->
      Life = case application:get_env(kernel, runbook_phase) of
        {ok, Known} -> {Known, keeper_lost};
        undefined ->
          {Mega, Seconds, _} = os:timestamp(),
          {Uptime, _} = erlang:statistics(wall_clock),
          Started = Mega * 1000000 + Seconds - Uptime div 1000,
          application:set_env(kernel, runbook_phase, Started),
          {Started, unknown}
      end,
      Keeper = spawn(fun() -> group_leader(whereis(user), self()), Keep(Keep, Life, [], []) end),
      register(runbook_phase, Keeper);
    _ -> true
  end
end)()`;
