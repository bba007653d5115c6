-- Revert groups

BEGIN;

DROP TABLE groups;

COMMIT;
