-- Revert checksum_of_any_length

BEGIN;

ALTER TABLE checksums ALTER COLUMN checksum TYPE CHAR(32);

COMMIT;
