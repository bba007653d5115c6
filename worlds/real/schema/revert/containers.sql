-- Revert containers

BEGIN;

DROP TABLE containers;

COMMIT;
