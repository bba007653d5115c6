-- Verify org_user_associations

BEGIN;

SELECT org_id, user_id FROM org_user_associations WHERE FALSE;

ROLLBACK;
