-- Verify orgs

BEGIN;

SELECT id, authz_id, name, full_name, assigned_at FROM orgs WHERE FALSE;

ROLLBACK;
