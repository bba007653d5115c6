-- Verify containers

BEGIN;

SELECT id, org_id, authz_id, name FROM containers WHERE FALSE;

ROLLBACK;
