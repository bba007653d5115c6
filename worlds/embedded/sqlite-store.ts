import { randomBytes } from "node:crypto";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { InviteView, OrganizationView, OrgStore } from "../common/org-store.ts";
import { constraintOf } from "./sql-database.ts";

/** What the API serves after the flip; the same file that mover fills and that `psql` reads. */
export class SqliteStore implements OrgStore {
  readonly name = "sql";
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async organizations(): Promise<readonly string[]> {
    return this.#column("SELECT name AS value FROM orgs");
  }

  async organization(name: string): Promise<OrganizationView | undefined> {
    const row = this.#database
      .prepare("SELECT id, name, full_name FROM orgs WHERE name = ?")
      .get(name);
    return (
      row && {
        guid: String(row["id"]),
        name: String(row["name"]),
        fullName: String(row["full_name"]),
      }
    );
  }

  async createOrganization(name: string, fullName: string): Promise<true | "conflict"> {
    const sql = "INSERT INTO orgs (id, authz_id, name, full_name) VALUES (?, ?, ?, ?)";
    return this.#insert(sql, id(), id(), name, fullName);
  }

  async updateOrganization(name: string, fullName: string): Promise<boolean> {
    return this.#change("UPDATE orgs SET full_name = ? WHERE name = ?", fullName, name);
  }

  async deleteOrganization(name: string): Promise<boolean> {
    return this.#change("DELETE FROM orgs WHERE name = ?", name);
  }

  async members(org: string): Promise<readonly string[] | undefined> {
    const guid = this.#org(org);
    if (guid === undefined) return undefined;
    return this.#column(
      "SELECT u.username AS value FROM org_user_associations a JOIN users u ON u.id = a.user_id WHERE a.org_id = ?",
      guid,
    );
  }

  async associate(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = this.#pair(org, username);
    if (!pair) return false;
    return this.#insert(
      "INSERT INTO org_user_associations (org_id, user_id) VALUES (?, ?)",
      ...pair,
    );
  }

  async dissociate(org: string, username: string): Promise<boolean> {
    const pair = this.#pair(org, username);
    if (!pair) return false;
    return this.#change(
      "DELETE FROM org_user_associations WHERE org_id = ? AND user_id = ?",
      ...pair,
    );
  }

  async invites(org: string): Promise<readonly InviteView[] | undefined> {
    const guid = this.#org(org);
    return guid === undefined ? undefined : this.#invites("i.org_id = ?", guid);
  }

  async invite(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = this.#pair(org, username);
    if (!pair) return false;
    return this.#insert(
      "INSERT INTO org_user_invites (id, org_id, user_id) VALUES (?, ?, ?)",
      id(),
      ...pair,
    );
  }

  async withdraw(org: string, inviteId: string): Promise<boolean> {
    const guid = this.#org(org);
    if (guid === undefined) return false;
    return this.#change("DELETE FROM org_user_invites WHERE id = ? AND org_id = ?", inviteId, guid);
  }

  async organizationsOf(username: string): Promise<readonly string[] | undefined> {
    const user = this.#user(username);
    if (user === undefined) return undefined;
    return this.#column(
      "SELECT o.name AS value FROM org_user_associations a JOIN orgs o ON o.id = a.org_id WHERE a.user_id = ?",
      user,
    );
  }

  async invitesOf(username: string): Promise<readonly InviteView[] | undefined> {
    const user = this.#user(username);
    return user === undefined ? undefined : this.#invites("i.user_id = ?", user);
  }

  #invites(where: string, value: string): InviteView[] {
    const sql = `SELECT i.id, u.username FROM org_user_invites i JOIN users u ON u.id = i.user_id WHERE ${where}`;
    const rows = this.#database.prepare(sql).all(value);
    return rows.map((row) => ({ id: String(row["id"]), username: String(row["username"]) }));
  }

  #pair(org: string, username: string): [string, string] | undefined {
    const guid = this.#org(org);
    const user = this.#user(username);
    return guid !== undefined && user !== undefined ? [guid, user] : undefined;
  }

  #org(name: string): string | undefined {
    return this.#column("SELECT id AS value FROM orgs WHERE name = ?", name)[0];
  }

  #user(username: string): string | undefined {
    return this.#column("SELECT id AS value FROM users WHERE username = ?", username)[0];
  }

  #column(sql: string, ...values: SQLInputValue[]): string[] {
    return this.#database
      .prepare(sql)
      .all(...values)
      .map((row) => String(row["value"]));
  }

  #change(sql: string, ...values: SQLInputValue[]): boolean {
    return Number(this.#database.prepare(sql).run(...values).changes) > 0;
  }

  #insert(sql: string, ...values: SQLInputValue[]): true | "conflict" {
    try {
      this.#database.prepare(sql).run(...values);
      return true;
    } catch (error) {
      if (constraintOf(error) === "unique") return "conflict";
      throw error;
    }
  }
}

function id(): string {
  return randomBytes(16).toString("hex");
}
