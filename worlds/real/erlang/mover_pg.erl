%% One PostgreSQL connection in the wire protocol, version 3: startup, password
%% (trust, cleartext or md5) and the simple query.
-module(mover_pg).
-export([connect/1, query/2, close/1, quote/1]).
-define(TIMEOUT, 30000).

connect(#{host := Host, port := Port} = Options) ->
    case gen_tcp:connect(Host, Port, [binary, {packet, raw}, {active, false}, {nodelay, true}],
                         5000) of
        {ok, Socket} -> startup(Socket, Options);
        Error -> Error
    end.

close(Socket) -> gen_tcp:close(Socket).

%% {ok, Rows, Affected} | {error, {Code, Message}} | {error, Closed}
query(Socket, Sql) ->
    case send(Socket, $Q, [Sql, 0]) of
        ok -> collect(Socket, [], 0, none);
        Error -> Error
    end.

quote(undefined) -> "NULL";
quote(null) -> "NULL";
quote(Text) -> [$', binary:replace(unicode:characters_to_binary(Text), <<"'">>, <<"''">>, [global]), $'].

startup(Socket, #{user := User, database := Database} = Options) ->
    Body = [<<196608:32>>, "user", 0, User, 0, "database", 0, Database, 0,
            "application_name", 0, "mover", 0, 0],
    ok = gen_tcp:send(Socket, [<<(iolist_size(Body) + 4):32>>, Body]),
    case authenticate(Socket, Options) of
        ok -> {ok, Socket};
        Error -> gen_tcp:close(Socket), Error
    end.

authenticate(Socket, #{user := User, password := Password} = Options) ->
    case receive_message(Socket) of
        {ok, $R, <<0:32>>} -> ready(Socket);
        {ok, $R, <<3:32>>} -> password(Socket, Password, Options);
        {ok, $R, <<5:32, Salt/binary>>} ->
            password(Socket, ["md5", md5([md5([Password, User]), Salt])], Options);
        {ok, $R, <<Method:32, _/binary>>} -> {error, {unsupported_authentication, Method}};
        {ok, $E, Fields} -> {error, failure(Fields)};
        {ok, _, _} -> authenticate(Socket, Options);
        Error -> Error
    end.

password(Socket, Text, Options) ->
    ok = send(Socket, $p, [Text, 0]),
    authenticate(Socket, Options).

ready(Socket) ->
    case receive_message(Socket) of
        {ok, $Z, _} -> ok;
        {ok, $E, Fields} -> {error, failure(Fields)};
        {ok, _, _} -> ready(Socket);
        Error -> Error
    end.

collect(Socket, Rows, Affected, Failure) ->
    case receive_message(Socket) of
        {ok, $D, <<_:16, Columns/binary>>} ->
            collect(Socket, [row(Columns) | Rows], Affected, Failure);
        {ok, $C, Tag} -> collect(Socket, Rows, affected(Tag), Failure);
        {ok, $E, Fields} -> collect(Socket, Rows, Affected, failure(Fields));
        {ok, $Z, _} when Failure =/= none -> {error, Failure};
        {ok, $Z, _} -> {ok, lists:reverse(Rows), Affected};
        {ok, _, _} -> collect(Socket, Rows, Affected, Failure);
        Error -> Error
    end.

row(<<>>) -> [];
row(<<-1:32/signed, Rest/binary>>) -> [null | row(Rest)];
row(<<Size:32, Value:Size/binary, Rest/binary>>) -> [Value | row(Rest)].

affected(Tag) ->
    Last = lists:last(binary:split(binary:part(Tag, 0, byte_size(Tag) - 1), <<" ">>, [global])),
    try binary_to_integer(Last) catch error:badarg -> 0 end.

failure(Fields) ->
    Parts = [{Kind, Text} || <<Kind, Text/binary>> <- binary:split(Fields, <<0>>, [global])],
    {proplists:get_value($C, Parts, <<>>), proplists:get_value($M, Parts, <<>>)}.

send(Socket, Kind, Body) ->
    gen_tcp:send(Socket, [Kind, <<(iolist_size(Body) + 4):32>>, Body]).

receive_message(Socket) ->
    case gen_tcp:recv(Socket, 5, ?TIMEOUT) of
        {ok, <<Kind, 4:32>>} -> {ok, Kind, <<>>};
        {ok, <<Kind, Size:32>>} ->
            case gen_tcp:recv(Socket, Size - 4, ?TIMEOUT) of
                {ok, Body} -> {ok, Kind, Body};
                Error -> Error
            end;
        Error -> Error
    end.

md5(Data) ->
    [io_lib:format("~2.16.0b", [Byte]) || <<Byte>> <= erlang:md5(iolist_to_binary(Data))].
