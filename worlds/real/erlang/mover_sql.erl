%% Inserts one row, and says by throwing why SQL did not take it.
-module(mover_sql).
-export([insert/2, delete/1]).

%% Columns and values in the order of the row; the time of the change is ours.
insert(Table, Row) ->
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
