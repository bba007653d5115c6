%% The pool of SQL connections. Who finds it empty fails at once: that is how a
%% pool smaller than the number of workers shows.
-module(mover_db).
-behaviour(gen_server).
-export([start_link/0, query/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% {ok, Rows, Affected} | {error, {Code, Message}} | {error, no_connections}
query(Sql) ->
    case gen_server:call(?MODULE, take, infinity) of
        none -> {error, no_connections};
        Place -> run(Place, Sql)
    end.

%% The socket is read by the process that uses it; whoever dies with it gives its place back.
run(Place, Sql) ->
    case open(Place) of
        {ok, Socket} ->
            Result = mover_pg:query(Socket, Sql),
            give(Socket, Result),
            Result;
        Error ->
            gen_server:call(?MODULE, {give, undefined}, infinity),
            Error
    end.

open(undefined) ->
    mover_pg:connect(#{host => env(db_host), port => env(db_port), user => env(db_user),
                       database => env(db_name), password => env(db_password)});
open(Socket) -> {ok, Socket}.

give(Socket, {error, Reason}) when is_atom(Reason) ->
    mover_pg:close(Socket),
    gen_server:call(?MODULE, {give, undefined}, infinity);
give(Socket, _Result) ->
    _ = gen_tcp:controlling_process(Socket, whereis(?MODULE)),
    gen_server:call(?MODULE, {give, Socket}, infinity).

env(Key) -> {ok, Value} = application:get_env(mover, Key), Value.

init([]) ->
    Size = application:get_env(mover, pool_size, 25),
    {ok, {lists:duplicate(Size, undefined), #{}}}.

handle_call(take, _From, {[], Taken}) -> {reply, none, {[], Taken}};
handle_call(take, {Pid, _}, {[Place | Free], Taken}) ->
    {reply, Place, {Free, Taken#{Pid => erlang:monitor(process, Pid)}}};
handle_call({give, Place}, {Pid, _}, {Free, Taken}) ->
    {reply, ok, {[Place | Free], release(Pid, Taken)}}.

handle_cast(_Message, State) -> {noreply, State}.

handle_info({'DOWN', _, process, Pid, _}, {Free, Taken}) when is_map_key(Pid, Taken) ->
    {noreply, {[undefined | Free], maps:remove(Pid, Taken)}};
handle_info({tcp_closed, _}, State) -> {noreply, State};
handle_info(_Message, State) -> {noreply, State}.

release(Pid, Taken) ->
    case maps:take(Pid, Taken) of
        {Reference, Rest} -> erlang:demonitor(Reference, [flush]), Rest;
        error -> Taken
    end.
