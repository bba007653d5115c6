-- Deploy org_user_associations

BEGIN;

CREATE TABLE org_user_associations (
  org_id CHAR(32) NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  user_id CHAR(32) NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (org_id, user_id)
);

COMMIT;
