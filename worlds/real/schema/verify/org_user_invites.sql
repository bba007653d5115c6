-- Verify org_user_invites

BEGIN;

SELECT id, org_id, user_id FROM org_user_invites WHERE FALSE;

ROLLBACK;
