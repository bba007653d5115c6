-- Verify users

BEGIN;

SELECT id, authz_id, username, email, admin FROM users WHERE FALSE;

ROLLBACK;
