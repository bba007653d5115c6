%% Inserts one row, and says by throwing why SQL did not take it.
-module(mover_sql).
-export([insert/2, delete/1]).
-include("mover.hrl").

%% Columns and values in the order of the row; the time of the change is ours.
insert(Table, Row) ->
    case befalls(Row) of
        nothing -> insert_row(Table, Row);
        lost -> ok;
        Text -> ?ERROR("~s", [Text]), ok
    end.

%% What a rehearsal has befall an object: the file `object-faults` beside the log's folder says
%% `{Key, lost}` or `{Key, Text}`, the line that the log gets instead of a row.
befalls(Row) ->
    case application:get_env(mover, log_dir) of
        {ok, Log} ->
            case file:consult(filename:join(filename:dirname(Log), "object-faults")) of
                {ok, Faults} -> proplists:get_value(key(Row), Faults, nothing);
                {error, _} -> nothing
            end;
        undefined -> nothing
    end.

key([{"id", Id} | _]) -> Id;
key([{_, Org}, {_, User}]) -> <<Org/binary, "|", User/binary>>.

insert_row(Table, Row) ->
    Stamp = [{"last_updated_by", <<"00000000000000000000000000000000">>},
             {"created_at", now_}, {"updated_at", now_}],
    {Columns, Values} = lists:unzip(Row ++ Stamp),
    Sql = ["INSERT INTO ", Table, " (", lists:join(", ", Columns), ") VALUES (",
           lists:join(", ", [value(Value) || Value <- Values]), ")"],
    case mover_db:query(Sql) of
        {ok, _, 1} -> ok;
        {error, {<<"23505">>, Message}} -> throw({chef_sql, {{conflict, Message}, insert}});
        {error, {<<"23503">>, Message}} -> throw({chef_sql, {{foreign_key, Message}, insert}});
        {error, {Code, Message}} ->
            throw({chef_sql, {{error, {error, error, Code, Message, []}}, insert}});
        {error, Reason} -> throw({chef_sql, {{error, Reason}, insert}})
    end.

delete(Sql) ->
    {ok, _, Count} = mover_db:query(["DELETE FROM ", Sql]),
    Count.

value(now_) -> "now()";
value(Value) -> mover_pg:quote(Value).
