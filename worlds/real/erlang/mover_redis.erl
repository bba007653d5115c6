%% One Redis connection. A call that times out in its caller has already been
%% sent, so a hanging server applies it later, as the real client does.
-module(mover_redis).
-behaviour(gen_server).
-export([start_link/0, command/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-define(RECONNECT, 500).
-record(state, {socket, buffer = <<>>, waiting = queue:new()}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% {ok, Value} | {error, no_connection} | {error, Text}
command(Words) -> gen_server:call(?MODULE, {command, Words}, 5000).

init([]) ->
    case connect() of
        {ok, Socket} -> {ok, #state{socket = Socket}};
        {error, Reason} -> {stop, {connection_error, Reason}}
    end.

handle_call({command, _Words}, _From, #state{socket = undefined} = State) ->
    {reply, {error, no_connection}, State};
handle_call({command, Words}, From, #state{socket = Socket, waiting = Waiting} = State) ->
    case gen_tcp:send(Socket, encode(Words)) of
        ok -> {noreply, State#state{waiting = queue:in(From, Waiting)}};
        {error, _} -> {reply, {error, no_connection}, lost(State)}
    end.

handle_cast(_Message, State) -> {noreply, State}.

handle_info({tcp, Socket, Data}, #state{socket = Socket, buffer = Buffer} = State) ->
    ok = inet:setopts(Socket, [{active, once}]),
    {noreply, answer(State#state{buffer = <<Buffer/binary, Data/binary>>})};
handle_info({tcp_closed, Socket}, #state{socket = Socket} = State) -> {noreply, lost(State)};
handle_info({tcp_error, Socket, _}, #state{socket = Socket} = State) -> {noreply, lost(State)};
handle_info(reconnect, #state{socket = undefined} = State) ->
    case connect() of
        {ok, Socket} -> {noreply, State#state{socket = Socket}};
        {error, _} -> again(), {noreply, State}
    end;
handle_info(_Message, State) -> {noreply, State}.

connect() ->
    {ok, Host} = application:get_env(mover, redis_host),
    {ok, Port} = application:get_env(mover, redis_port),
    Options = [binary, {packet, raw}, {active, false}, {nodelay, true}],
    case gen_tcp:connect(Host, Port, Options, 5000) of
        {ok, Socket} -> authenticate(Socket, application:get_env(mover, redis_password, ""));
        Error -> Error
    end.

authenticate(Socket, Password) ->
    Words = case Password of
                "" -> ["PING"];
                _ -> ["AUTH", Password]
            end,
    ok = gen_tcp:send(Socket, encode(Words)),
    case gen_tcp:recv(Socket, 0, 5000) of
        {ok, <<"+", _/binary>>} -> ok = inet:setopts(Socket, [{active, once}]), {ok, Socket};
        {ok, Refusal} -> gen_tcp:close(Socket), {error, Refusal};
        Error -> gen_tcp:close(Socket), Error
    end.

lost(#state{socket = Socket, waiting = Waiting} = State) ->
    catch gen_tcp:close(Socket),
    [gen_server:reply(From, {error, no_connection}) || From <- queue:to_list(Waiting)],
    again(),
    State#state{socket = undefined, buffer = <<>>, waiting = queue:new()}.

again() -> erlang:send_after(?RECONNECT, self(), reconnect).

answer(#state{buffer = Buffer, waiting = Waiting} = State) ->
    case decode(Buffer) of
        more -> State;
        {Value, Rest} ->
            {{value, From}, Left} = queue:out(Waiting),
            gen_server:reply(From, Value),
            answer(State#state{buffer = Rest, waiting = Left})
    end.

encode(Words) ->
    [io_lib:format("*~b\r\n", [length(Words)]) |
     [[io_lib:format("$~b\r\n", [byte_size(B)]), B, "\r\n"]
      || B <- [unicode:characters_to_binary(W) || W <- Words]]].

decode(Buffer) ->
    case binary:split(Buffer, <<"\r\n">>) of
        [<<Kind, Head/binary>>, Rest] -> decode(Kind, Head, Rest);
        _ -> more
    end.

decode($+, Text, Rest) -> {{ok, Text}, Rest};
decode($:, Number, Rest) -> {{ok, Number}, Rest};
decode($-, Text, Rest) -> {{error, Text}, Rest};
decode($$, <<"-1">>, Rest) -> {{ok, undefined}, Rest};
decode($$, Size, Rest) ->
    Length = binary_to_integer(Size),
    case Rest of
        <<Value:Length/binary, "\r\n", More/binary>> -> {{ok, Value}, More};
        _ -> more
    end.
