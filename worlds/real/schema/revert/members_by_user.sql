-- Revert members_by_user

BEGIN;

DROP INDEX org_user_invites_user_id_index;
DROP INDEX org_user_associations_user_id_index;

COMMIT;
