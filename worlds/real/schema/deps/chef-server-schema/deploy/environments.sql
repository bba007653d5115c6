-- Deploy environments

BEGIN;

CREATE TABLE environments (
  id CHAR(32) PRIMARY KEY,
  org_id CHAR(32) NOT NULL,
  name TEXT NOT NULL,
  serialized_object BYTEA,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CONSTRAINT environments_org_id_name_key UNIQUE (org_id, name)
);

COMMIT;
