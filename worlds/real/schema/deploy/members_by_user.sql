-- Deploy members_by_user

BEGIN;

CREATE INDEX org_user_associations_user_id_index ON org_user_associations (user_id);
CREATE INDEX org_user_invites_user_id_index ON org_user_invites (user_id);

COMMIT;
