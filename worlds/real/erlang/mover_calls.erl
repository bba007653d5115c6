%% Writes down each call that changes something, so that nothing can run twice unseen.
-module(mover_calls).
-export([note/2]).

note(Format, Arguments) ->
    case application:get_env(mover, log_dir) of
        {ok, Log} ->
            File = filename:join(filename:dirname(Log), "calls"),
            ok = file:write_file(File, io_lib:format(Format ++ "~n", Arguments), [append]);
        undefined -> ok
    end.
