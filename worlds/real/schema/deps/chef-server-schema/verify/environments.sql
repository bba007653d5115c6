-- Verify environments

BEGIN;

SELECT id, org_id, name, serialized_object FROM environments WHERE FALSE;

ROLLBACK;
