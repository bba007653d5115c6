-- Deploy users

BEGIN;

CREATE TABLE users (
  id CHAR(32) PRIMARY KEY,
  authz_id CHAR(32) NOT NULL UNIQUE,
  username TEXT NOT NULL UNIQUE,
  email TEXT UNIQUE,
  pubkey_version SMALLINT NOT NULL DEFAULT 0,
  public_key TEXT,
  hashed_password TEXT,
  admin BOOLEAN NOT NULL DEFAULT FALSE,
  last_updated_by CHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

COMMIT;
