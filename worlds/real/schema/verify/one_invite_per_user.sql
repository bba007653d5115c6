-- Verify one_invite_per_user

BEGIN;

SELECT 1 / count(*) FROM pg_constraint WHERE conname = 'org_user_unique';

ROLLBACK;
