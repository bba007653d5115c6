%% Writes console.log and error.log in lager's format, rotates them, and prints
%% the same lines into the shell without redrawing its prompt.
-module(mover_log).
-behaviour(gen_server).
-export([start_link/0, write/4]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-define(LIMIT, 10485760).
-define(KEPT, 5).
-define(ARGUMENT, 4096).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

write(Level, {Module, Function, Line}, Format, Args) ->
    Text = message(Format, Args),
    Where = io_lib:format("~p@~s:~s:~b", [self(), Module, Function, Line]),
    Entry = unicode:characters_to_binary(
              [timestamp(), " [", atom_to_list(Level), "] ", Where, " ", Text]),
    catch gen_server:call(?MODULE, {write, Level, Entry}, infinity),
    ok.

init([]) ->
    Directory = application:get_env(mover, log_dir, "log"),
    Console = open(filename:join(Directory, "console.log")),
    Error = open(filename:join(Directory, "error.log")),
    {ok, {Console, Error, spawn_link(fun printer/0)}}.

handle_call({write, Level, Entry}, _From, {Console, Error, Printer}) ->
    Printer ! {print, Entry},
    Kept = case Level of
               error -> append(Error, Entry);
               _ -> Error
           end,
    {reply, ok, {append(Console, Entry), Kept, Printer}}.

handle_cast(_Message, State) -> {noreply, State}.

handle_info(_Message, State) -> {noreply, State}.

message(Format, Args) ->
    Text = unicode:characters_to_list(io_lib:format(Format, Args)),
    case length(Text) > ?ARGUMENT of
        true -> [lists:sublist(Text, ?ARGUMENT), "..."];
        false -> Text
    end.

timestamp() ->
    {_, _, Micro} = Now = os:timestamp(),
    {{Y, Mo, D}, {H, Mi, S}} = calendar:now_to_local_time(Now),
    io_lib:format("~4..0b-~2..0b-~2..0b ~2..0b:~2..0b:~2..0b.~3..0b",
                  [Y, Mo, D, H, Mi, S, Micro div 1000]).

open(Path) ->
    ok = filelib:ensure_dir(Path),
    {ok, File} = file:open(Path, [append, raw, binary]),
    {Path, File, filelib:file_size(Path)}.

append({Path, File, Size}, Entry) when Size + byte_size(Entry) >= ?LIMIT, Size > 0 ->
    ok = file:close(File),
    [file:rename(numbered(Path, N), numbered(Path, N + 1)) || N <- lists:seq(?KEPT - 2, 0, -1)],
    _ = file:rename(Path, numbered(Path, 0)),
    append(open(Path), Entry);
append({Path, File, Size}, Entry) ->
    _ = file:write(File, [Entry, "\n"]),
    {Path, File, Size + byte_size(Entry) + 1}.

numbered(Path, N) -> Path ++ "." ++ integer_to_list(N).

printer() ->
    receive
        {print, Entry} ->
            io:put_chars(user, [Entry, "\r\n"]),
            printer()
    end.
