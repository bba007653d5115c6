-- Revert environments_by_org

BEGIN;

DROP INDEX environments_org_id_index;

COMMIT;
