import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Association,
  Dataset,
  GlobalGroup,
  Invite,
  Organization,
  User,
} from "../../common/data.ts";
import { kinds } from "../../common/data.ts";
import { binary, list, tuple } from "./erlang-text.ts";

/** The dets files, in the order in which `create_account_dets` names them. */
export const detsNames = [
  "user_to_authz",
  "authz_to_user",
  "orgname_to_guid",
  "orgs_by_guid",
  "org_id_to_guid",
  "global_groups",
  "global_containers",
  "account_db",
  "org_user_associations",
  "association_requests",
] as const;
export type DetsName = (typeof detsNames)[number];

/** What the runbook's expressions list: the objects of the kinds, and what failures refer to. */
export const detsLists = [...kinds, "organizations", "couch-organizations", "users"] as const;
export type DetsList = (typeof detsLists)[number];

type Records = Map<string, unknown>;

/** mover's tables on disk. Building them adds to what is there and never removes a stale record. */
export class Dets {
  readonly #directory: string;
  readonly #tables = new Map<DetsName, Records>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const name of detsNames) this.#open(name);
  }

  /** Number of records, or `undefined` where the table is not open. */
  size(name: string): number | undefined {
    return this.#tables.get(name as DetsName)?.size;
  }

  /** Builds the tables from the source, one at each step, so that a node that is killed leaves some of them. */
  *create(data: Dataset): Generator<number> {
    yield this.#put("user_to_authz", data.users, (user) => user.id);
    yield this.#put("authz_to_user", data.users, (user) => user.authzId);
    yield this.#put("orgname_to_guid", data.orgs, (org) => org.name);
    yield this.#put("orgs_by_guid", data.orgs, (org) => org.guid);
    yield this.#put("org_id_to_guid", data.orgs, (org) => org.couchId);
    yield this.#put("global_groups", data.groups, (group) => group.id);
    yield this.#put("global_containers", [], String);
    yield this.#put("account_db", [], String);
    yield this.#put("org_user_associations", data.associations, (item) => item.id);
    yield this.#put("association_requests", data.invites, (item) => item.id);
  }

  /** What the migrations read: the tables, never the source. */
  dataset(): Dataset {
    return {
      users: this.#all<User>("user_to_authz"),
      orgs: this.#all<Organization>("orgname_to_guid"),
      associations: this.#all<Association>("org_user_associations"),
      invites: this.#all<Invite>("association_requests"),
      groups: this.#all<GlobalGroup>("global_groups"),
    };
  }

  /** The keys of a list as the runbook's expression gives them, or `undefined` where the table is not open. */
  keys(name: DetsList): string | undefined {
    const data = this.dataset();
    const orgs = (key: "name" | "guid" | "couchId") =>
      this.#listed(
        "orgname_to_guid",
        data.orgs.map((org) => binary(org[key])),
      );
    const ids = (table: DetsName, items: readonly { readonly id: string }[]) =>
      this.#listed(
        table,
        items.map((item) => binary(item.id)),
      );
    switch (name) {
      case "orgs":
        return orgs("name");
      case "organizations":
        return orgs("guid");
      case "couch-organizations":
        return orgs("couchId");
      case "users":
        return ids("user_to_authz", data.users);
      case "invites":
        return ids("association_requests", data.invites);
      case "groups":
        return ids("global_groups", data.groups);
      case "associations":
        return this.#listed("org_user_associations", this.#members(data));
    }
  }

  #members({ orgs, associations }: Dataset): string[] {
    const guids = new Map(orgs.map((org) => [org.couchId, org.guid]));
    return associations.map((item) =>
      tuple(binary(guids.get(item.organization) ?? "gone"), binary(item.user)),
    );
  }

  #listed(name: DetsName, items: readonly string[]): string | undefined {
    return this.#tables.has(name) ? list(items) : undefined;
  }

  #all<T>(name: DetsName): T[] {
    return [...(this.#tables.get(name)?.values() ?? [])] as T[];
  }

  #open(name: DetsName): void {
    const file = join(this.#directory, name);
    if (!existsSync(file)) return;
    this.#tables.set(name, new Map(JSON.parse(readFileSync(file, "utf8")) as [string, unknown][]));
  }

  /** Answers how many records it took. */
  #put<T>(name: DetsName, items: readonly T[], keyOf: (item: T) => string): number {
    const table: Records = this.#tables.get(name) ?? new Map<string, unknown>();
    for (const item of items) table.set(keyOf(item), item);
    this.#tables.set(name, table);
    writeFileSync(join(this.#directory, name), JSON.stringify([...table]));
    return items.length;
  }
}
