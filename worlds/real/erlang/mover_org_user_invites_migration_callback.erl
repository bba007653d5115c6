%% Invites. A second invite of the same user is a failure in every version.
-module(mover_org_user_invites_migration_callback).
-export([migration_init/0, migration_action/1]).
-include("mover.hrl").

migration_init() -> mover_account:invites().

migration_action({Key, CouchId, Guid, User} = Invite) ->
    try insert(Invite)
    catch Class:Reason:Stack ->
        report(mover_manager:version(), Key, CouchId, named(Guid), User, {Class, Reason, Stack})
    end,
    {Key, ok}.

%% The insert of invites names a conflict by itself, not wrapped as the others are.
insert({_Key, _CouchId, gone, _User}) -> error({badmatch, []});
insert({Key, _CouchId, Guid, User}) ->
    try mover_sql:insert("org_user_invites", [{"id", Key}, {"org_id", Guid}, {"user_id", User}])
    catch throw:{chef_sql, {{conflict, Message}, _}} -> throw({conflict, Message})
    end.

named(gone) -> <<"gone">>;
named(Guid) -> Guid.

%% An unknown organization is reported with the prefix of the associations.
report(v2, Key, CouchId, <<"gone">>, _User, _Raised) ->
    ?WARNING("org_user_association_warning invalid association for Org ID: ~0p invite: ~0p",
             [CouchId, Key]);
report(v2, Key, _CouchId, Guid, User, {throw, {chef_sql, {{foreign_key, _}, _}}, _}) ->
    ?WARNING("org_user_invites_warning Foreign key constraint missing, org or user no longer "
             "exists, ignoring. id: ~0p org_id: ~0p user_id: ~0p", [Key, Guid, User]);
report(_Version, Key, _CouchId, Guid, User, {Class, Reason, Stack}) ->
    ?ERROR("org_user_invites_failure id: ~0p org_id: ~0p user_id: ~0p Exception: ~0p Reason: ~0p "
           "Stacktrace: ~0p", [Key, Guid, User, Class, Reason, Stack]).
