%% The flags by which the API decides where organizations live.
-module(mover_org_darklaunch).
-export([orgs_503_endpoint_mode/1, org_related_endpoints_to_couch/1,
         disable_org_creation/0, enable_org_creation/0]).
-define(HASH, "dl_default").
-define(COUCH_FLAGS, ["couchdb_organizations", "couchdb_associations",
                      "couchdb_association_requests"]).

orgs_503_endpoint_mode(Value) -> set("orgs_503_mode", Value).

%% Three settings, and the answer is the last one's: an operator has to read them back.
org_related_endpoints_to_couch(Value) ->
    lists:last([set(Flag, Value) || Flag <- flags_to_send()]).

disable_org_creation() -> set("disable_new_orgs", "true").

enable_org_creation() -> set("disable_new_orgs", "false").

%% A rehearsal can have one setting lost on its way, to see that the answer does not tell.
flags_to_send() ->
    [Flag || Flag <- ?COUCH_FLAGS, Flag =/= application:get_env(mover, fault_lost_flag, none)].

set(Flag, Value) ->
    case application:get_env(mover, dry_run, false) of
        true -> ok;
        _ -> outcome(mover_redis:command(["HSET", ?HASH, Flag, Value]))
    end.

outcome({ok, _}) -> ok;
outcome({error, Reason}) -> {error, Reason}.
