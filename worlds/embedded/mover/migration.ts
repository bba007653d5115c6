import type { DatabaseSync } from "node:sqlite";
import type { Kind } from "../../common/data.ts";
import type { Failure } from "../../common/failure-lines.ts";
import type { PlannedObject, Row } from "../../common/migration-plan.ts";
import { constraintOf } from "../sql-database.ts";
import type { Lager } from "./lager.ts";

const tables: Readonly<Record<Kind, string>> = {
  orgs: "orgs",
  associations: "org_user_associations",
  invites: "org_user_invites",
  groups: "groups",
};

const nouns: Readonly<Record<Kind, string>> = {
  orgs: "organization",
  associations: "org_user_association",
  invites: "association_request",
  groups: "global_group",
};

/** Migrates one object: its row is really inserted, its failure goes to the log and nowhere else. */
export function migrateObject(
  database: DatabaseSync,
  kind: Kind,
  object: PlannedObject,
  log: Lager,
): void {
  const failure = object.row ? insert(database, kind, object, object.row) : object.failure;
  if (failure) log.write(failure.level, failure.where, failure.message);
  const row = object.row ?? {};
  const ids = [
    object.couchId,
    row["id"] ?? "undefined",
    row["authz_id"] ?? "undefined",
    row["name"] ?? object.key,
  ];
  log.write(
    "info",
    "mover_util:insert_log",
    `INSERT LOG ${failure ? "FAIL" : "OK"}: ${nouns[kind]} ${ids.join(" ")}`,
  );
  log.write(
    "info",
    "mover_transient_worker:terminate",
    `Terminating after successful migration <<"${object.key}">> ok`,
  );
}

function insert(
  database: DatabaseSync,
  kind: Kind,
  object: PlannedObject,
  row: Row,
): Failure | undefined {
  const columns = Object.keys(row);
  const sql = `INSERT INTO ${tables[kind]} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
  try {
    database.prepare(sql).run(...Object.values(row));
    return undefined;
  } catch (error) {
    return failureOf(object, error);
  }
}

function failureOf(object: PlannedObject, error: unknown): Failure {
  const constraint = constraintOf(error);
  if (constraint === "foreign-key" && object.orphan) return object.orphan;
  if (constraint === "unique") return object.conflict;
  const text = error instanceof Error ? error.message : String(error);
  const { where, message } = object.conflict;
  const reason = `Reason: {chef_sql,{{error,<<"${text}">>},insert}}`;
  return {
    class: object.conflict.class,
    level: "error",
    where,
    message: message.replace(/Reason: .*$/, reason),
  };
}

/** Deletes what the migrations brought; the counts are of organizations and of global groups. */
export function deleteMigrated(
  database: DatabaseSync,
  globalOrg: string,
): { orgs: number; groups: number } {
  database.exec("DELETE FROM org_user_invites; DELETE FROM org_user_associations;");
  const orgs = Number(database.prepare("DELETE FROM orgs").run().changes);
  const groups = Number(
    database.prepare("DELETE FROM groups WHERE org_id = ?").run(globalOrg).changes,
  );
  return { orgs, groups };
}
