-- Revert checksums

BEGIN;

DROP TABLE checksums;

COMMIT;
