%% Log macros: who says it stands in every line, as lager's formatter prints it.
-define(LOG(Level, Format, Args),
        mover_log:write(Level, {?MODULE, ?FUNCTION_NAME, ?LINE}, Format, Args)).
-define(INFO(Format, Args), ?LOG(info, Format, Args)).
-define(WARNING(Format, Args), ?LOG(warning, Format, Args)).
-define(ERROR(Format, Args), ?LOG(error, Format, Args)).

%% The tables that `create_account_dets` fills, each a dets file of the same name.
-define(DETS, [user_to_authz, authz_to_user, orgname_to_guid, orgs_by_guid, org_id_to_guid,
               global_groups, global_containers, account_db, org_user_associations,
               association_requests]).

%% Global groups belong to no organization: this id stands in the place of one.
-define(GLOBAL_ORG, <<"00000000000000000000000000000000">>).
