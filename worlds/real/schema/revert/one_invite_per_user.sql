-- Revert one_invite_per_user

BEGIN;

ALTER TABLE org_user_invites DROP CONSTRAINT org_user_unique;

COMMIT;
