%% The flags by which the API decides where organizations live.
-module(mover_org_darklaunch).
-export([orgs_503_endpoint_mode/1, org_related_endpoints_to_couch/1,
         disable_org_creation/0, enable_org_creation/0]).
-define(HASH, "dl_default").
-define(COUCH_FLAGS, ["couchdb_organizations", "couchdb_associations",
                      "couchdb_association_requests"]).

orgs_503_endpoint_mode(Value) ->
    mover_calls:note("orgs_503_endpoint_mode ~s", [Value]),
    set("orgs_503_mode", Value).

%% Three settings, and the answer is the last one's: an operator has to read them back.
org_related_endpoints_to_couch(Value) ->
    mover_calls:note("org_related_endpoints_to_couch ~s", [Value]),
    lists:last([send(Flag, Value) || Flag <- flags_to_send()]).

disable_org_creation() -> set("disable_new_orgs", "true").

enable_org_creation() -> set("disable_new_orgs", "false").

%% A rehearsal can have one setting lost on its way, once, to see that the answer does not tell.
flags_to_send() ->
    Lost = application:get_env(mover, fault_lost_flag, none),
    application:unset_env(mover, fault_lost_flag),
    [Flag || Flag <- ?COUCH_FLAGS, Flag =/= Lost].

%% It can also have them come slowly, to be disturbed in between.
send(Flag, Value) ->
    Answer = set(Flag, Value),
    timer:sleep(application:get_env(mover, fault_flag_pause, 0)),
    Answer.

set(Flag, Value) ->
    case application:get_env(mover, dry_run, false) of
        true -> ok;
        _ -> outcome(mover_redis:command(["HSET", ?HASH, Flag, Value]))
    end.

outcome({ok, _}) -> ok;
outcome({error, Reason}) -> {error, Reason}.
