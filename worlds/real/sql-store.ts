import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import type { InviteView, OrganizationView, OrgStore } from "../common/org-store.ts";
import { database, databaseUser } from "./postgres.ts";
import type { Cluster } from "./postgres.ts";

const stamp = ", last_updated_by, created_at, updated_at";
const stamped = `, '${"0".repeat(32)}', now(), now()`;

/** What the API serves after the flip: the real tables of the primary. */
export class SqlStore implements OrgStore {
  readonly name = "sql";
  readonly #pool: Pool;

  constructor({ port, password }: Cluster) {
    this.#pool = new Pool({
      host: "127.0.0.1",
      port,
      user: databaseUser,
      password,
      database,
      max: 4,
    });
    // A server that goes away is told by the next query.
    this.#pool.on("error", () => {});
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async organizations(): Promise<readonly string[]> {
    return this.#column("SELECT name AS value FROM orgs");
  }

  async organization(name: string): Promise<OrganizationView | undefined> {
    const { rows } = await this.#pool.query<OrganizationView>(
      `SELECT id AS guid, name, full_name AS "fullName" FROM orgs WHERE name = $1`,
      [name],
    );
    return rows[0];
  }

  async createOrganization(name: string, fullName: string): Promise<true | "conflict"> {
    const columns = `(id, authz_id, name, full_name${stamp})`;
    return this.#insert(
      `orgs ${columns} VALUES ($1, $2, $3, $4${stamped})`,
      id(),
      id(),
      name,
      fullName,
    );
  }

  async updateOrganization(name: string, fullName: string): Promise<boolean> {
    return this.#change("UPDATE orgs SET full_name = $1 WHERE name = $2", fullName, name);
  }

  async deleteOrganization(name: string): Promise<boolean> {
    return this.#change("DELETE FROM orgs WHERE name = $1", name);
  }

  async members(org: string): Promise<readonly string[] | undefined> {
    const guid = await this.#org(org);
    if (guid === undefined) return undefined;
    const join = "org_user_associations a JOIN users u ON u.id = a.user_id";
    return this.#column(`SELECT u.username AS value FROM ${join} WHERE a.org_id = $1`, guid);
  }

  async associate(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = await this.#pair(org, username);
    if (!pair) return false;
    return this.#insert(
      `org_user_associations (org_id, user_id${stamp}) VALUES ($1, $2${stamped})`,
      ...pair,
    );
  }

  async dissociate(org: string, username: string): Promise<boolean> {
    const pair = await this.#pair(org, username);
    if (!pair) return false;
    return this.#change(
      "DELETE FROM org_user_associations WHERE org_id = $1 AND user_id = $2",
      ...pair,
    );
  }

  async invites(org: string): Promise<readonly InviteView[] | undefined> {
    const guid = await this.#org(org);
    return guid === undefined ? undefined : this.#invites("i.org_id = $1", guid);
  }

  async invite(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = await this.#pair(org, username);
    if (!pair) return false;
    return this.#insert(
      `org_user_invites (id, org_id, user_id${stamp}) VALUES ($1, $2, $3${stamped})`,
      id(),
      ...pair,
    );
  }

  async withdraw(org: string, inviteId: string): Promise<boolean> {
    const guid = await this.#org(org);
    if (guid === undefined) return false;
    return this.#change(
      "DELETE FROM org_user_invites WHERE id = $1 AND org_id = $2",
      inviteId,
      guid,
    );
  }

  async organizationsOf(username: string): Promise<readonly string[] | undefined> {
    const user = await this.#user(username);
    if (user === undefined) return undefined;
    const join = "org_user_associations a JOIN orgs o ON o.id = a.org_id";
    return this.#column(`SELECT o.name AS value FROM ${join} WHERE a.user_id = $1`, user);
  }

  async invitesOf(username: string): Promise<readonly InviteView[] | undefined> {
    const user = await this.#user(username);
    return user === undefined ? undefined : this.#invites("i.user_id = $1", user);
  }

  async #invites(where: string, value: string): Promise<InviteView[]> {
    const join = "org_user_invites i JOIN users u ON u.id = i.user_id";
    const { rows } = await this.#pool.query<InviteView>(
      `SELECT i.id, u.username FROM ${join} WHERE ${where}`,
      [value],
    );
    return rows;
  }

  async #pair(org: string, username: string): Promise<[string, string] | undefined> {
    const [guid, user] = await Promise.all([this.#org(org), this.#user(username)]);
    return guid !== undefined && user !== undefined ? [guid, user] : undefined;
  }

  async #org(name: string): Promise<string | undefined> {
    return (await this.#column("SELECT id AS value FROM orgs WHERE name = $1", name))[0];
  }

  async #user(username: string): Promise<string | undefined> {
    return (await this.#column("SELECT id AS value FROM users WHERE username = $1", username))[0];
  }

  async #column(sql: string, ...values: string[]): Promise<string[]> {
    const { rows } = await this.#pool.query<{ value: string }>(sql, values);
    return rows.map(({ value }) => value);
  }

  async #change(sql: string, ...values: string[]): Promise<boolean> {
    return ((await this.#pool.query(sql, values)).rowCount ?? 0) > 0;
  }

  async #insert(into: string, ...values: string[]): Promise<true | "conflict"> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ${into} ON CONFLICT DO NOTHING`,
      values,
    );
    return (rowCount ?? 0) > 0 ? true : "conflict";
  }
}

function id(): string {
  return randomBytes(16).toString("hex");
}
