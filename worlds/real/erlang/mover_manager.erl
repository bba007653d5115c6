%% Hands the objects of a migration to workers, a number of them at a time. Its
%% counters only ever grow, and what a worker could not insert it does not know.
-module(mover_manager).
-behaviour(gen_server).
-export([start_link/0, status/0, migrate/3, halt_actions/0, version/0,
         create_account_dets/0, create_account_dets/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-include("mover.hrl").
-record(state, {name = ready, completed = 0, remaining = 0, requested = 0, failed = 0,
                fatal_stop = false, queue = [], workers = 0, busy = #{}, callback,
                stalled = false}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

status() -> gen_server:call(?MODULE, status, 5000).

%% Blocks its caller and the manager until the dets are built.
create_account_dets() ->
    mover_calls:note("create_account_dets", []),
    gen_server:call(?MODULE, create_account_dets, infinity).

create_account_dets(_Callback) -> create_account_dets().

%% The queue is loaded inside the call: when that takes longer than the timeout, the run still starts.
migrate(all, Workers, Callback) ->
    mover_calls:note("migrate ~s", [Callback]),
    Timeout = case version() of v1 -> 15000; v2 -> 120000 end,
    gen_server:call(?MODULE, {migrate, Workers, Callback}, Timeout).

halt_actions() -> gen_server:call(?MODULE, halt_actions, 5000).

%% v1 is 2.2.14, the runbook's own time; v2 what came after it.
version() ->
    case application:get_env(mover, version) of
        {ok, "2.2.14"} -> v1;
        _ -> v2
    end.

init([]) ->
    ok = mover_account:open_existing(),
    {ok, #state{}}.

handle_call(status, _From, State) -> {reply, {ok, properties(State)}, State};
handle_call(halt_actions, _From, #state{name = working} = State) ->
    {reply, {ok, halting}, advance(State#state{name = halting})};
handle_call(halt_actions, _From, State) -> {reply, {error, not_now_dear}, State};
handle_call(create_account_dets, _From, #state{name = ready} = State) ->
    {reply, attempt(version(), fun mover_account:create/0), State};
handle_call({migrate, Workers, Callback}, _From, #state{name = ready} = State) ->
    ?INFO("Requesting migration: all ~0p ~0p", [Workers, Callback]),
    case attempt(version(), fun() -> load(Callback) end) of
        {queue, Queue} ->
            self() ! continue,
            {reply, {ok, burning_couches},
             State#state{name = working, queue = Queue, workers = Workers, callback = Callback,
                         remaining = all, requested = all}};
        Error -> {reply, Error, State}
    end;
handle_call(Request, _From, State) -> not_ready(version(), Request, State).

%% A misspelled callback or a missing couch file is the end of the older manager.
attempt(v1, Work) -> Work();
attempt(v2, Work) ->
    try Work() catch _:Reason -> {error, Reason} end.

load(Callback) ->
    ok = mover_account:open(),
    {queue, Callback:migration_init()}.

%% The older manager knows no such event in this state and dies of it; the newer one refuses.
not_ready(v1, Request, #state{name = Name}) -> exit({function_clause, Name, Request});
not_ready(v2, _Request, #state{name = halting} = State) ->
    {reply, {error, halting_operations}, State};
not_ready(v2, {migrate, _, _}, State) ->
    {reply, {error, busy_now}, advance(State#state{name = halting})};
not_ready(v2, _Request, State) -> {reply, {error, busy_now}, State}.

handle_cast(_Message, State) -> {noreply, State}.

handle_info(continue, #state{stalled = true} = State) -> {noreply, State};
handle_info(continue, State) -> {noreply, advance(State)};
%% What `gen_fsm:send_event(mover_manager, timeout)` sends: frees a stalled manager.
handle_info({'$gen_event', timeout}, State) -> {noreply, advance(State#state{stalled = false})};
handle_info({'DOWN', Reference, process, _, Reason}, #state{busy = Busy} = State)
  when is_map_key(Reference, Busy) ->
    self() ! continue,
    {noreply, faults(ended(Reason, State#state{busy = maps:remove(Reference, Busy)}))};
handle_info(_Message, State) -> {noreply, State}.

ended(normal, #state{completed = Completed} = State) -> State#state{completed = Completed + 1};
ended(Reason, #state{failed = Failed} = State) ->
    stop_fatally(Reason, State#state{failed = Failed + 1}).

stop_fatally(Reason, State) ->
    ?ERROR("Worker down with unexpected error. Halting new workers. ~0p", [Reason]),
    State#state{name = halting, fatal_stop = true}.

advance(#state{name = working, queue = [], busy = Busy} = State) when map_size(Busy) =:= 0 ->
    State#state{name = ready, remaining = 0};
advance(#state{name = halting, busy = Busy} = State) when map_size(Busy) =:= 0 ->
    State#state{name = ready, queue = []};
advance(#state{name = working, queue = [Object | Queue], busy = Busy, workers = Workers} = State)
  when map_size(Busy) < Workers ->
    Callback = State#state.callback,
    {_, Reference} = spawn_monitor(fun() -> work(Callback, Object) end),
    advance(State#state{queue = Queue, busy = Busy#{Reference => working}});
advance(State) -> State.

work(Callback, Object) ->
    timer:sleep(application:get_env(mover, object_delay, 0)),
    {Id, Result} = Callback:migration_action(Object),
    ?INFO("Terminating after successful migration ~0p ~0p", [Id, Result]).

properties(#state{name = Name} = State) ->
    [{state, Name},
     {orgs_completed, State#state.completed},
     {objects_remaining, State#state.remaining},
     {objects_requested, State#state.requested},
     {objects_in_progress, map_size(State#state.busy)},
     {objects_failed, State#state.failed},
     {fatal_stop, State#state.fatal_stop}].

%% What befell the real manager without a cause, brought about on purpose: once, after so many objects.
faults(#state{completed = Completed} = State) ->
    case {application:get_env(mover, fault_stop_at), application:get_env(mover, fault_stall_at)} of
        {{ok, Completed}, _} ->
            application:unset_env(mover, fault_stop_at),
            stop_fatally(noproc, State);
        {_, {ok, Completed}} ->
            application:unset_env(mover, fault_stall_at),
            State#state{stalled = true};
        _ -> State
    end.
