%% Global groups: they belong to no organization, so SQL keeps them under a placeholder.
-module(mover_global_groups_migration_callback).
-export([migration_init/0, migration_action/1]).
-include("mover.hrl").

migration_init() -> mover_account:groups().

migration_action({Key, _Name, _Authz} = Group) ->
    try insert(Group)
    catch Class:Reason:Stack ->
        report(mover_manager:version(), Key, {Class, Reason, Stack})
    end,
    {Key, ok}.

insert({_Key, _Name, null}) -> error({badmatch, not_found});
insert({Key, Name, Authz}) ->
    mover_sql:insert("groups", [{"id", Key}, {"org_id", ?GLOBAL_ORG}, {"authz_id", Authz},
                                {"name", Name}]).

report(v2, Key, {error, {badmatch, not_found}, _}) ->
    ?WARNING("global_groups no authz id for group GUID: ~0p", [Key]);
report(_Version, Key, {Class, Reason, Stack}) ->
    ?ERROR("global_groups_error guid: ~0p Exception: ~0p Reason: ~0p Stacktrace: ~0p",
           [Key, Class, Reason, Stack]).
