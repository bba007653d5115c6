import { randomBytes } from "node:crypto";
import type { Association, Dataset, GlobalGroup, Invite, Organization, User } from "./data.ts";
import type { InviteView, OrganizationView, OrgStore } from "./org-store.ts";

/** The source itself: what couch's views count, what the API serves before the flip, what dets are built from. */
export class CouchStore implements OrgStore {
  readonly name = "couch";
  readonly #orgs: Map<string, Organization>;
  readonly #users: Map<string, User>;
  readonly #usernames: Map<string, string>;
  #associations: Association[];
  #invites: Invite[];
  readonly #groups: GlobalGroup[];

  constructor(data: Dataset) {
    this.#orgs = new Map(data.orgs.map((org) => [org.name, org]));
    this.#users = new Map(data.users.map((user) => [user.username, user]));
    this.#usernames = new Map(data.users.map((user) => [user.id, user.username]));
    this.#associations = [...data.associations];
    this.#invites = [...data.invites];
    this.#groups = [...data.groups];
  }

  /** The present content; later changes do not show in it. */
  snapshot(): Dataset {
    return {
      orgs: [...this.#orgs.values()],
      associations: [...this.#associations],
      invites: [...this.#invites],
      groups: [...this.#groups],
      users: [...this.#users.values()],
    };
  }

  async organizations(): Promise<readonly string[]> {
    return [...this.#orgs.keys()];
  }

  async organization(name: string): Promise<OrganizationView | undefined> {
    return this.#orgs.get(name);
  }

  async createOrganization(name: string, fullName: string): Promise<true | "conflict"> {
    if (this.#orgs.has(name)) return "conflict";
    const org = { couchId: id(), guid: id(), name, fullName, authzId: id() };
    this.#orgs.set(name, org);
    return true;
  }

  async updateOrganization(name: string, fullName: string): Promise<boolean> {
    const org = this.#orgs.get(name);
    if (org) this.#orgs.set(name, { ...org, fullName });
    return org !== undefined;
  }

  async deleteOrganization(name: string): Promise<boolean> {
    return this.#orgs.delete(name);
  }

  async members(org: string): Promise<readonly string[] | undefined> {
    const couchId = this.#orgs.get(org)?.couchId;
    if (couchId === undefined) return undefined;
    return this.#associations
      .filter((item) => item.organization === couchId)
      .map((item) => this.#usernames.get(item.user) ?? item.user);
  }

  async associate(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = this.#pair(org, username);
    if (!pair) return false;
    if (this.#associations.some((item) => same(item, pair))) return "conflict";
    this.#associations.push({ id: id(), ...pair });
    return true;
  }

  async dissociate(org: string, username: string): Promise<boolean> {
    const pair = this.#pair(org, username);
    const kept = this.#associations.filter((item) => !pair || !same(item, pair));
    const removed = kept.length < this.#associations.length;
    this.#associations = kept;
    return removed;
  }

  async invites(org: string): Promise<readonly InviteView[] | undefined> {
    const couchId = this.#orgs.get(org)?.couchId;
    if (couchId === undefined) return undefined;
    return this.#invites
      .filter((item) => item.organization === couchId)
      .map((item) => ({ id: item.id, username: this.#usernames.get(item.user) ?? item.user }));
  }

  async invite(org: string, username: string): Promise<boolean | "conflict"> {
    const pair = this.#pair(org, username);
    if (!pair) return false;
    if (this.#invites.some((item) => same(item, pair))) return "conflict";
    this.#invites.push({ id: id(), ...pair });
    return true;
  }

  async withdraw(org: string, inviteId: string): Promise<boolean> {
    const couchId = this.#orgs.get(org)?.couchId;
    const kept = this.#invites.filter(
      (item) => item.id !== inviteId || item.organization !== couchId,
    );
    const removed = kept.length < this.#invites.length;
    this.#invites = kept;
    return removed;
  }

  async organizationsOf(username: string): Promise<readonly string[] | undefined> {
    const user = this.#users.get(username);
    if (!user) return undefined;
    const theirs = new Set(
      this.#associations.filter((item) => item.user === user.id).map((item) => item.organization),
    );
    return [...this.#orgs.values()].filter((org) => theirs.has(org.couchId)).map((org) => org.name);
  }

  async invitesOf(username: string): Promise<readonly InviteView[] | undefined> {
    const user = this.#users.get(username);
    if (!user) return undefined;
    return this.#invites
      .filter((item) => item.user === user.id)
      .map((item) => ({ id: item.id, username }));
  }

  #pair(org: string, username: string): { organization: string; user: string } | undefined {
    const found = this.#orgs.get(org);
    const user = this.#users.get(username);
    return found && user ? { organization: found.couchId, user: user.id } : undefined;
  }
}

interface Pair {
  readonly organization: string;
  readonly user: string;
}

function same(left: Pair, right: Pair): boolean {
  return left.organization === right.organization && left.user === right.user;
}

function id(): string {
  return randomBytes(16).toString("hex");
}
