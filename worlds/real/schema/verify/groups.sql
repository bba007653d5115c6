-- Verify groups

BEGIN;

SELECT id, org_id, authz_id, name FROM groups WHERE FALSE;

ROLLBACK;
