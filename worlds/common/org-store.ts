export interface OrganizationView {
  readonly guid: string;
  readonly name: string;
  readonly fullName: string;
}

export interface InviteView {
  readonly id: string;
  readonly username: string;
}

/**
 * Where organizations, memberships and invites are kept: couch before the flip, SQL after it.
 * Users are in SQL long before, so every method takes user names. What does not exist answers
 * `undefined` (reads) or `false` (writes); a conflict is `"conflict"`.
 */
export interface OrgStore {
  readonly name: "couch" | "sql";
  organizations(): Promise<readonly string[]>;
  organization(name: string): Promise<OrganizationView | undefined>;
  createOrganization(name: string, fullName: string): Promise<true | "conflict">;
  updateOrganization(name: string, fullName: string): Promise<boolean>;
  deleteOrganization(name: string): Promise<boolean>;
  members(org: string): Promise<readonly string[] | undefined>;
  associate(org: string, username: string): Promise<boolean | "conflict">;
  dissociate(org: string, username: string): Promise<boolean>;
  invites(org: string): Promise<readonly InviteView[] | undefined>;
  invite(org: string, username: string): Promise<boolean | "conflict">;
  withdraw(org: string, id: string): Promise<boolean>;
  organizationsOf(username: string): Promise<readonly string[] | undefined>;
  invitesOf(username: string): Promise<readonly InviteView[] | undefined>;
}
