%% Organizations: one row each; one that fails is an error in every version.
-module(mover_org_migration_callback).
-export([migration_init/0, migration_action/1]).
-include("mover.hrl").

migration_init() -> mover_account:orgs().

migration_action({Name, Guid}) ->
    try insert(Name, Guid)
    catch
        Class:Reason:Stack ->
            ?ERROR("org_migration_failure org_name: ~0p Exception: ~0p Reason: ~0p Stacktrace: ~0p",
                   [Name, Class, Reason, Stack])
    end,
    {Name, ok}.

insert(Name, Guid) ->
    [{_, Org}] = dets:lookup(orgs_by_guid, Guid),
    Authz = ej:get({<<"authzId">>}, Org),
    Full = ej:get({<<"fullName">>}, Org),
    try
        ok = mover_sql:insert("orgs", [{"id", Guid}, {"authz_id", Authz}, {"name", Name},
                                       {"full_name", Full}, {"assigned_at", now_}]),
        ?INFO("INSERT LOG OK: organization ~s ~s ~s ~s",
              [ej:get({<<"couchId">>}, Org), Guid, Authz, Name])
    catch
        throw:Reason ->
            ?INFO("INSERT LOG FAIL: organization ~s ~s ~s ~s",
                  [ej:get({<<"couchId">>}, Org), Guid, Authz, Name]),
            throw(Reason)
    end.
