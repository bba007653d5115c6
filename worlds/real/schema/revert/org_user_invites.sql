-- Revert org_user_invites

BEGIN;

DROP TABLE org_user_invites;

COMMIT;
