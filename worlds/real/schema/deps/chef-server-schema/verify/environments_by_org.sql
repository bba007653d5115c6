-- Verify environments_by_org

BEGIN;

SELECT 1 / count(*) FROM pg_class WHERE relname = 'environments_org_id_index' AND relkind = 'i';

ROLLBACK;
