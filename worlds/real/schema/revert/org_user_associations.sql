-- Revert org_user_associations

BEGIN;

DROP TABLE org_user_associations;

COMMIT;
