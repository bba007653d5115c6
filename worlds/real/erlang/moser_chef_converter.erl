%% Takes the migrated data out of SQL again, to test once more or to start from scratch.
-module(moser_chef_converter).
-export([delete_all_org_and_global_groups_data/0]).
-include("mover.hrl").

%% Memberships and invites go with their organizations; the answer is the last table's.
delete_all_org_and_global_groups_data() ->
    mover_calls:note("delete_all_org_and_global_groups_data", []),
    Orgs = {ok, "orgs", mover_sql:delete("orgs")},
    io:format("~p~n", [Orgs]),
    {ok, "global_groups",
     mover_sql:delete(["groups WHERE org_id = ", mover_pg:quote(?GLOBAL_ORG)])}.
