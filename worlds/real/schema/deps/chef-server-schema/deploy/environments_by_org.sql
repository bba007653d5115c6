-- Deploy environments_by_org

BEGIN;

CREATE INDEX environments_org_id_index ON environments (org_id);

COMMIT;
