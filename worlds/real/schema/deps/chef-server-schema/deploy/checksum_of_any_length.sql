-- Deploy checksum_of_any_length

BEGIN;

ALTER TABLE checksums ALTER COLUMN checksum TYPE VARCHAR(64);

COMMIT;
