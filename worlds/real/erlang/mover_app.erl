%% Starts the stand-in the way the release starts: a node without its Redis
%% answers pings for a few seconds and then ends.
-module(mover_app).
-behaviour(application).
-behaviour(supervisor).
-export([boot/0, start/2, stop/1, init/1]).

boot() ->
    case application:start(mover, temporary) of
        ok -> ok;
        {error, Reason} -> spawn(fun() -> give_up(Reason) end)
    end.

give_up(Reason) ->
    timer:sleep(3000),
    io:format(user, "{\"Kernel pid terminated\",application_controller,~0p}~n",
              [{application_start_failure, mover, Reason}]),
    erlang:halt(1).

start(_Type, _Args) -> supervisor:start_link({local, mover_sup}, ?MODULE, []).

stop(_State) -> ok.

%% The manager is temporary: once dead, nobody starts it again.
init([]) ->
    {ok, {{one_for_one, 5, 10},
          [child(mover_log, permanent),
           child(mover_redis, permanent),
           child(mover_db, permanent),
           child(mover_manager, temporary)]}}.

child(Module, Restart) ->
    {Module, {Module, start_link, []}, Restart, 5000, worker, [Module]}.
