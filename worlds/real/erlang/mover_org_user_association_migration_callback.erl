%% Memberships. The older mover has no warning branch: whatever stands in the way is a failure.
-module(mover_org_user_association_migration_callback).
-export([migration_init/0, migration_action/1]).
-include("mover.hrl").

migration_init() -> mover_account:associations().

migration_action({Key, CouchId, Guid, User}) ->
    try insert(Guid, User)
    catch Class:Reason:Stack ->
        report(mover_manager:version(), CouchId, named(Guid), User, {Class, Reason, Stack})
    end,
    {Key, ok}.

insert(gone, _User) -> error({badmatch, []});
insert(Guid, User) ->
    mover_sql:insert("org_user_associations", [{"org_id", Guid}, {"user_id", User}]).

named(gone) -> <<"gone">>;
named(Guid) -> Guid.

report(v2, CouchId, <<"gone">>, User, _Raised) ->
    ?WARNING("org_user_association_warning invalid association for Org ID: ~0p user: ~0p",
             [CouchId, User]);
report(v2, _CouchId, Guid, User, {throw, {chef_sql, {{foreign_key, _}, _}}, _}) ->
    ?WARNING("org_user_association_warning Foreign key constraint missing, org or user no longer "
             "exists, ignoring. org_id: ~0p user_id: ~0p", [Guid, User]);
report(v2, _CouchId, Guid, User, {throw, {chef_sql, {{conflict, _}, _}}, _}) ->
    ?WARNING("org_user_association_warning Association already exists for org: ~0p user: ~0p",
             [Guid, User]);
report(_Version, _CouchId, Guid, User, {Class, Reason, Stack}) ->
    ?ERROR("org_user_association_failure org_id: ~0p user_id: ~0p Exception: ~0p Reason: ~0p "
           "Stacktrace: ~0p", [Guid, User, Class, Reason, Stack]).
