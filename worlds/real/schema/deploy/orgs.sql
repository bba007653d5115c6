-- Deploy orgs

BEGIN;

CREATE TABLE orgs (
  id CHAR(32) PRIMARY KEY,
  authz_id CHAR(32) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  full_name TEXT NOT NULL,
  assigned_at TIMESTAMP,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CONSTRAINT orgs_name_unique UNIQUE (name)
);

COMMIT;
