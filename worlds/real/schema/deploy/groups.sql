-- Deploy groups

BEGIN;

-- No foreign key to an organization: global groups belong to none.
CREATE TABLE groups (
  id CHAR(32) PRIMARY KEY,
  org_id CHAR(32) NOT NULL,
  authz_id CHAR(32) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CONSTRAINT groups_org_id_name_key UNIQUE (org_id, name)
);

COMMIT;
