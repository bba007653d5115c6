-- Verify members_by_user

BEGIN;

SELECT 1 / (count(*) / 2) FROM pg_class
WHERE relname IN ('org_user_associations_user_id_index', 'org_user_invites_user_id_index');

ROLLBACK;
