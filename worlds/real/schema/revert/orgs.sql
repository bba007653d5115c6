-- Revert orgs

BEGIN;

DROP TABLE orgs;

COMMIT;
