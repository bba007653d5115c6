import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packSchema } from "../chef/packages.ts";
import type { Dataset } from "../common/data.ts";
import { deploySql, usersSql } from "./schema-sql.ts";
import { openDatabase } from "./sql-database.ts";

interface Change {
  readonly name: string;
  readonly tag?: string;
}

interface Project {
  readonly name: string;
  readonly folder: string;
  readonly changes: readonly Change[];
  /** How many changes stood before the runbook. */
  readonly deployed: number;
}

const projects: readonly Project[] = [
  {
    name: "oss_chef",
    folder: "deps/chef-server-schema",
    changes: [
      { name: "osc_users" },
      { name: "nodes", tag: "@1.0.1" },
      { name: "cookbooks", tag: "@1.0.3" },
      { name: "timestamps", tag: "@1.0.4" },
    ],
    deployed: 3,
  },
  {
    name: "enterprise_chef",
    folder: ".",
    changes: [
      { name: "users" },
      { name: "containers", tag: "@2.2.4" },
      { name: "orgs", tag: "@2.3.0" },
      { name: "org_user_associations" },
      { name: "org_user_invites" },
      { name: "groups", tag: "@2.4.0" },
    ],
    deployed: 2,
  },
];

/** What the plans of the release of before end at. */
const deployedBefore = { ec: "@2.2.4", osc: "@1.0.3" } as const;

/** Puts a checked-out schema release, an older deployment of it and the users onto a database host. */
export function createSchemaRelease(host: string, data: Dataset): void {
  const release = join(host, "srv/enterprise-chef-server-schema");
  for (const project of projects) writeProject(join(release, project.folder), project);
  writeFileSync(join(release, "Makefile"), "deploy:\n\t@echo deployed by the stand-in for make\n");
  mkdirSync(join(host, "var/sqitch"), { recursive: true });
  for (const { name, changes, deployed } of projects) {
    const lines = changes.slice(0, deployed).map((change) => `${change.name}\n`);
    writeFileSync(join(host, "var/sqitch", name), lines.join(""));
  }
  packSchema(host, deployedBefore);
  createDatabase(host, data);
}

/** The password that the stand-in for psql wants. */
export function setPassword(host: string, password: string): void {
  writeFileSync(join(host, "var/pg/password"), `${password}\n`, { mode: 0o600 });
}

/** The database file of a host. */
export function databaseFile(host: string): string {
  return join(host, "var/pg/opscode_chef.db");
}

function writeProject(folder: string, { name, changes }: Project): void {
  for (const part of ["deploy", "verify"]) mkdirSync(join(folder, part), { recursive: true });
  const by = "2014-08-25T10:00:00Z Release <release@example.com>";
  const lines = changes.flatMap((change) => [
    `${change.name} ${by} # ${change.name.replaceAll("_", " ")}`,
    ...(change.tag === undefined
      ? []
      : [`${change.tag} ${by} # release ${change.tag.slice(1)}`, ""]),
  ]);
  const header = ["%syntax-version=1.0.0-b2", `%project=${name}`, ""];
  writeFileSync(join(folder, "sqitch.plan"), `${[...header, ...lines].join("\n")}\n`);
  for (const change of changes) {
    const sql = deploySql[change.name];
    if (sql === undefined) continue;
    writeFileSync(join(folder, "deploy", `${change.name}.sql`), sql);
    writeFileSync(
      join(folder, "verify", `${change.name}.sql`),
      `SELECT * FROM ${change.name} WHERE 1 = 0;\n`,
    );
  }
}

function createDatabase(host: string, data: Dataset): void {
  mkdirSync(join(host, "var/pg"), { recursive: true });
  const database = openDatabase(databaseFile(host));
  database.exec(usersSql);
  const insert = database.prepare("INSERT INTO users (id, authz_id, username) VALUES (?, ?, ?)");
  database.exec("BEGIN");
  for (const user of data.users) insert.run(user.id, user.authzId, user.username);
  database.exec("COMMIT");
  database.close();
}
