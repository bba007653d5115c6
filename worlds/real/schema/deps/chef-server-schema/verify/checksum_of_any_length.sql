-- Verify checksum_of_any_length

BEGIN;

SELECT 1 / count(*) FROM information_schema.columns
WHERE table_name = 'checksums' AND column_name = 'checksum' AND character_maximum_length = 64;

ROLLBACK;
