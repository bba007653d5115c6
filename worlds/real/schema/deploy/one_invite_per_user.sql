-- Deploy one_invite_per_user

BEGIN;

ALTER TABLE org_user_invites ADD CONSTRAINT org_user_unique UNIQUE (org_id, user_id);

COMMIT;
