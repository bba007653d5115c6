/** A table whose rows carry `xmin`, which grows with every insert and update as PostgreSQL's own does. */
function table(name: string, columns: readonly string[], constraints: readonly string[]): string {
  const names = columns.map((column) => column.split(" ")[0]).join(", ");
  const bump = `UPDATE world_xid SET xid = xid + 1;
  UPDATE ${name} SET xmin = (SELECT xid FROM world_xid) WHERE rowid = NEW.rowid;`;
  return `CREATE TABLE ${name} (
  ${[...columns, "xmin INTEGER", ...constraints].join(",\n  ")}
);
CREATE TRIGGER ${name}_inserted AFTER INSERT ON ${name} BEGIN
  ${bump}
END;
CREATE TRIGGER ${name}_updated AFTER UPDATE OF ${names} ON ${name} BEGIN
  ${bump}
END;
`;
}

const id = (name: string) => `${name} TEXT NOT NULL CHECK (length(${name}) <= 32)`;

/** What stood in SQL long before this migration. */
export const usersSql = `CREATE TABLE world_xid (xid INTEGER NOT NULL);
INSERT INTO world_xid VALUES (1000);
${table("users", [id("id"), "authz_id TEXT NOT NULL", "username TEXT NOT NULL"], ["PRIMARY KEY (id)", "UNIQUE (username)"])}`;

/** Change of the schema to its deploy script: the tables that the migration fills. */
export const deploySql: Readonly<Record<string, string>> = {
  orgs: table(
    "orgs",
    [id("id"), "authz_id TEXT NOT NULL", "name TEXT NOT NULL", "full_name TEXT NOT NULL"],
    ["PRIMARY KEY (id)", "UNIQUE (name)", "UNIQUE (authz_id)"],
  ),
  org_user_associations: table(
    "org_user_associations",
    [id("org_id"), id("user_id")],
    [
      "PRIMARY KEY (org_id, user_id)",
      "FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE",
      "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE",
    ],
  ),
  org_user_invites: table(
    "org_user_invites",
    [id("id"), id("org_id"), id("user_id")],
    [
      "PRIMARY KEY (id)",
      "UNIQUE (org_id, user_id)",
      "FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE",
      "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE",
    ],
  ),
  groups: table(
    "groups",
    [id("id"), id("org_id"), "authz_id TEXT NOT NULL", "name TEXT NOT NULL"],
    ["PRIMARY KEY (id)", "UNIQUE (authz_id)", "UNIQUE (org_id, name)"],
  ),
};
