%% The account database as dets: built from the couch file, opened again at
%% every boot, and never cleaned of what couch no longer has.
-module(mover_account).
-export([open_existing/0, open/0, create/0, info/0, orgs/0, associations/0, invites/0, groups/0]).
-include("mover.hrl").

%% Only what is there: a node that boots without dets does not make empty ones.
open_existing() ->
    [open(Table) || Table <- ?DETS, filelib:is_file(path(Table))],
    ok.

open() ->
    [open(Table) || Table <- ?DETS],
    ok.

%% Fills the tables from the couch file; what they held before stays in them.
create() ->
    Account = couch_file(),
    ok = open(),
    [organization(Org) || Org <- ej:get({<<"orgs">>}, Account)],
    [association(org_user_associations, Item) || Item <- ej:get({<<"associations">>}, Account)],
    [association(association_requests, Item) || Item <- ej:get({<<"invites">>}, Account)],
    [group(Group) || Group <- ej:get({<<"groups">>}, Account)],
    [user(User) || User <- ej:get({<<"users">>}, Account)],
    info().

info() ->
    {ok, Host} = application:get_env(mover, couch_host),
    {ok, Port} = application:get_env(mover, couch_port),
    {account_info, user_to_authz, authz_to_user, orgname_to_guid, orgs_by_guid, org_id_to_guid,
     global_groups, global_containers, account_db, org_user_associations, association_requests,
     {server, Host, Port, []}}.

orgs() -> [{Name, Guid} || {Name, Guid, _Rev, _Key} <- all(orgname_to_guid)].

associations() -> [linked(Entry) || Entry <- all(org_user_associations)].

invites() -> [linked(Entry) || Entry <- all(association_requests)].

groups() ->
    [{Key, ej:get({<<"name">>}, Body), ej:get({<<"authzId">>}, Body)}
     || {Key, Body, _Rev} <- all(global_groups)].

linked({Key, Body, _Rev}) ->
    CouchId = ej:get({<<"organization">>}, Body),
    Guid = case dets:lookup(org_id_to_guid, CouchId) of
               [{_, Found}] -> Found;
               [] -> gone
           end,
    {Key, CouchId, Guid, ej:get({<<"user">>}, Body)}.

all(Table) -> dets:foldl(fun(Entry, Entries) -> [Entry | Entries] end, [], Table).

open(Table) ->
    Path = path(Table),
    ok = filelib:ensure_dir(Path),
    {ok, Table} = dets:open_file(Table, [{file, Path}, {type, set}]),
    Table.

path(Table) ->
    {ok, Directory} = application:get_env(mover, dets_dir),
    filename:join(Directory, atom_to_list(Table)).

organization(Org) ->
    [Id, Guid, Name] = [ej:get({Key}, Org) || Key <- [<<"couchId">>, <<"guid">>, <<"name">>]],
    ok = dets:insert(orgname_to_guid, {Name, Guid, revision(Id), Id}),
    ok = dets:insert(org_id_to_guid, {Id, Guid}),
    ok = dets:insert(orgs_by_guid, {Guid, Org}),
    ok = dets:insert(account_db, {Id, organization}).

%% The order of the members is what callers match: organization, user, and whatever follows.
association(Table, Item) ->
    Id = ej:get({<<"id">>}, Item),
    Body = {[{Key, ej:get({Key}, Item)} || Key <- [<<"organization">>, <<"user">>]]
            ++ [{<<"last_updated_by">>, <<"pivotal">>}]},
    ok = dets:insert(Table, {Id, Body, revision(Id)}).

group(Group) ->
    Id = ej:get({<<"id">>}, Group),
    ok = dets:insert(global_groups, {Id, Group, revision(Id)}).

user(User) ->
    [Id, Authz] = [ej:get({Key}, User) || Key <- [<<"id">>, <<"authzId">>]],
    ok = dets:insert(user_to_authz, {Id, Authz}),
    ok = dets:insert(authz_to_user, {Authz, Id}).

revision(Id) -> <<"1-", Id/binary>>.

couch_file() ->
    {ok, Host} = application:get_env(mover, couch_host),
    {ok, Port} = application:get_env(mover, couch_port),
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {packet, raw}, {active, false}], 5000),
    ok = gen_tcp:send(Socket, ["GET /_world/dataset HTTP/1.0\r\nHost: ", Host, "\r\n\r\n"]),
    Answer = receive_all(Socket, []),
    [<<"HTTP/1.", _, " 200", _/binary>>, Body] = binary:split(Answer, <<"\r\n\r\n">>),
    mover_json:decode(Body).

receive_all(Socket, Parts) ->
    case gen_tcp:recv(Socket, 0, 30000) of
        {ok, Part} -> receive_all(Socket, [Part | Parts]);
        {error, closed} -> iolist_to_binary(lists:reverse(Parts))
    end.
