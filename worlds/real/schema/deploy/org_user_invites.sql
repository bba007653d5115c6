-- Deploy org_user_invites

BEGIN;

CREATE TABLE org_user_invites (
  id CHAR(32) PRIMARY KEY,
  org_id CHAR(32) NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  user_id CHAR(32) NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

COMMIT;
