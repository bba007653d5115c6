import { createHash } from "node:crypto";

/** What couch holds of an organization; `authzId` is null where the account was never registered with authz. */
export interface Organization {
  readonly couchId: string;
  readonly guid: string;
  readonly name: string;
  readonly fullName: string;
  readonly authzId: string | null;
}

/** A user; users moved to SQL long before, so both stores know the same ones. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly authzId: string;
}

/** Membership of a user, as couch has it: by the organization's couch id, not by its guid. */
export interface Association {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
}

export interface Invite {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
}

export interface GlobalGroup {
  readonly id: string;
  readonly name: string;
  readonly authzId: string | null;
}

/** The whole source, as plain data: it can be written as one JSON file. */
export interface Dataset {
  readonly orgs: readonly Organization[];
  readonly associations: readonly Association[];
  readonly invites: readonly Invite[];
  readonly groups: readonly GlobalGroup[];
  readonly users: readonly User[];
}

/** Names of the four kinds, in the order in which they are migrated. */
export const kinds = ["orgs", "associations", "invites", "groups"] as const;
export type Kind = (typeof kinds)[number];

/** Global groups belong to no organization; SQL keeps them under this one. */
export const globalOrgId = "0".repeat(32);

/** The existing organization and user that the runbook's probes read. */
export const probeOrg = "pivotal-probe";
export const probeUser = "pivotal";

/** How many objects of each sort are planted broken, whatever the number of organizations. */
export const broken = {
  orgsWithoutAuthz: 3,
  /** Memberships and invites of the first organization that fails: they fail with it. */
  membersOfFailedOrg: 2,
  invitesOfFailedOrg: 1,
  membersGone: 6,
  duplicateMembers: 5,
  membersOfUnknownOrg: 4,
  oversizedMembers: 2,
  inviteesGone: 4,
  duplicateInvites: 3,
  invitesToUnknownOrg: 2,
  duplicateGroups: 3,
  groupsWithoutAuthz: 4,
} as const;

/** The smallest source that can carry everything that is planted. */
const leastOrganizations = 20;

/** A stable 32-digit id for a name, so that every run of a world plants the very same data. */
export function guidOf(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 32);
}

/** Plants a source of the given size, every failure class of the migration in it in known numbers. */
export function plant(organizations: number): Dataset {
  if (organizations < leastOrganizations) {
    throw new Error(
      `a world needs at least ${leastOrganizations} organizations, not ${organizations}: fewer cannot carry every planted failure`,
    );
  }
  const users = plantUsers(organizations);
  const orgs = Array.from({ length: organizations }, (_, index) => plantOrganization(index));
  return {
    orgs,
    users,
    associations: plantAssociations(orgs, users),
    invites: plantInvites(orgs, users),
    groups: plantGroups(orgs),
  };
}

function plantUsers(organizations: number): User[] {
  return Array.from({ length: Math.ceil(organizations / 2) + 10 }, (_, index) => {
    const username = index === 0 ? probeUser : `user-${index}`;
    return { id: guidOf("user", index), username, authzId: guidOf("user-authz", index) };
  });
}

function plantOrganization(index: number): Organization {
  const name = index === 0 ? probeOrg : `org-${String(index).padStart(5, "0")}`;
  const withoutAuthz = index >= 1 && index <= broken.orgsWithoutAuthz;
  return {
    couchId: guidOf("org-couch", index),
    guid: guidOf("org", index),
    name,
    fullName: `Organization ${index}`,
    authzId: withoutAuthz ? null : guidOf("org-authz", index),
  };
}

/** Organizations that can take members: the probe's own and all that migrate. */
function sound(orgs: readonly Organization[]): Organization[] {
  return orgs.filter((org) => org.authzId !== null);
}

function plantAssociations(orgs: readonly Organization[], users: readonly User[]): Association[] {
  const good = sound(orgs);
  const members = good.flatMap((org, index) => {
    const owner = { organization: org.couchId, user: at(users, index % users.length).id };
    const second = { organization: org.couchId, user: at(users, (index + 1) % users.length).id };
    return index % 3 === 0 ? [owner, second] : [owner];
  });
  const failed = at(orgs, 1);
  const odd = [
    ...times(broken.membersOfFailedOrg, (n) => ({
      organization: failed.couchId,
      user: at(users, n).id,
    })),
    ...times(broken.membersGone, (n) => ({
      organization: at(good, n).couchId,
      user: guidOf("gone-user", n),
    })),
    ...times(broken.duplicateMembers, (n) => ({
      organization: at(good, n).couchId,
      user: at(users, n % users.length).id,
    })),
    ...times(broken.membersOfUnknownOrg, (n) => ({
      organization: guidOf("gone-org", n),
      user: at(users, n).id,
    })),
    ...times(broken.oversizedMembers, (n) => ({
      organization: at(good, n).couchId,
      user: `${guidOf("long-user", n)}-copy`,
    })),
  ];
  return [...members, ...odd].map((member, index) => ({
    id: guidOf("association", index),
    ...member,
  }));
}

function plantInvites(orgs: readonly Organization[], users: readonly User[]): Invite[] {
  const good = sound(orgs);
  const invited = good
    .filter((_, index) => index % 3 === 0)
    .map((org, index) => ({
      organization: org.couchId,
      user: at(users, (index * 3 + 5) % users.length).id,
    }));
  const odd = [
    ...times(broken.invitesOfFailedOrg, (n) => ({
      organization: at(orgs, 1).couchId,
      user: at(users, n + 3).id,
    })),
    ...times(broken.inviteesGone, (n) => ({
      organization: at(good, n).couchId,
      user: guidOf("gone-invitee", n),
    })),
    ...times(broken.duplicateInvites, (n) => at(invited, n)),
    ...times(broken.invitesToUnknownOrg, (n) => ({
      organization: guidOf("gone-org", n),
      user: at(users, n).id,
    })),
  ];
  return [...invited, ...odd].map((invite, index) => ({ id: guidOf("invite", index), ...invite }));
}

function plantGroups(orgs: readonly Organization[]): GlobalGroup[] {
  const own = orgs.map((org) => ({ name: `${org.guid}_global_admins`, authz: true }));
  const odd = [
    ...times(broken.duplicateGroups, (n) => ({ name: at(own, n).name, authz: true })),
    ...times(broken.groupsWithoutAuthz, (n) => ({ name: `left-over-${n}`, authz: false })),
  ];
  return [...own, ...odd].map(({ name, authz }, index) => ({
    id: guidOf("group", index),
    name,
    authzId: authz ? guidOf("group-authz", index) : null,
  }));
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`planted data has no item ${index} of ${items.length}`);
  return item;
}
