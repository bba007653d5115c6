import type { Planted } from "../world.ts";
import { globalOrgId, kinds } from "./data.ts";
import type { Association, Dataset, GlobalGroup, Invite, Kind, Organization } from "./data.ts";
import { associationLines, groupLines, inviteLines, orgLines } from "./failure-lines.ts";
import type { Failure } from "./failure-lines.ts";

export type MoverVersion = "2.2.14" | "2.2.17";
export type Row = Readonly<Record<string, string>>;

/** One object of a migration: what becomes of it, and what mover's log would say of it. */
export interface PlannedObject {
  /** The name by which source, dets and SQL are compared; not unique where couch holds an object twice. */
  readonly key: string;
  readonly couchId: string;
  /** The row that is inserted when nothing is in the way. */
  readonly row?: Row;
  /** How the first migration of this object fails. Exactly one of `row` and `failure` is there. */
  readonly failure?: Failure;
  /** The class in which its failure is judged, where that is not the log's: a loss beside an organization that failed. */
  readonly judgedAs?: string;
  /** How it fails when its row is already in SQL: a migration that was started again. */
  readonly conflict: Failure;
  /** How it fails when its organization is not in SQL, as after an orgs migration that stopped early. */
  readonly orphan?: Failure;
  /** The organization that has to be in SQL before it. */
  readonly needsOrg?: string;
}

export type MigrationPlan = Readonly<Record<Kind, readonly PlannedObject[]>>;

interface View {
  readonly version: MoverVersion;
  readonly orgs: ReadonlyMap<string, Organization>;
  readonly users: ReadonlySet<string>;
}

/** Decides for each object of the source what its migration leaves, so that both worlds agree to the letter. */
export function planMigration(data: Dataset, version: MoverVersion): MigrationPlan {
  const view: View = {
    version,
    orgs: new Map(data.orgs.map((org) => [org.couchId, org])),
    users: new Set(data.users.map((user) => user.id)),
  };
  const members = new Set<string>();
  const invited = new Set<string>();
  const names = new Set<string>();
  return {
    orgs: data.orgs.map((org) => planOrganization(org, view)),
    associations: data.associations.map((item) => planAssociation(item, view, members)),
    invites: data.invites.map((item) => planInvite(item, view, invited)),
    groups: data.groups.map((group) => planGroup(group, view, names)),
  };
}

/** Totals of a plan: what a summary has to show after an undisturbed migration. */
export function plantedBy(plan: MigrationPlan): Planted {
  return {
    source: countBy((kind) => plan[kind].length),
    failures: failuresBy(plan, ({ judgedAs }, logged) => judgedAs ?? logged),
    rows: countBy((kind) => plan[kind].filter((object) => object.row).length),
  };
}

/** The failures of an undisturbed migration by the classes that its log's lines are of, before anything is judged. */
export function loggedBy(plan: MigrationPlan): Record<string, number> {
  return failuresBy(plan, (_, logged) => logged);
}

function failuresBy(
  plan: MigrationPlan,
  nameOf: (object: PlannedObject, logged: string) => string,
): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const object of kinds.flatMap((kind) => plan[kind])) {
    if (object.failure === undefined) continue;
    const name = nameOf(object, object.failure.class);
    failures[name] = (failures[name] ?? 0) + 1;
  }
  return failures;
}

function countBy(count: (kind: Kind) => number): Record<Kind, number> {
  return {
    orgs: count("orgs"),
    associations: count("associations"),
    invites: count("invites"),
    groups: count("groups"),
  };
}

function planOrganization(org: Organization, { version }: View): PlannedObject {
  const lines = orgLines(version, org);
  const base = { key: org.name, couchId: org.couchId, conflict: lines.conflict };
  if (org.authzId === null) return { ...base, failure: lines.noAuthz };
  const row = { id: org.guid, authz_id: org.authzId, name: org.name, full_name: org.fullName };
  return { ...base, row };
}

function planAssociation(item: Association, view: View, seen: Set<string>): PlannedObject {
  const org = view.orgs.get(item.organization);
  const lines = associationLines(view.version, { ...item, orgGuid: org?.guid ?? "gone" });
  const key = `${org?.guid ?? "gone"}|${item.user}`;
  const base = { key, couchId: item.id, conflict: lines.conflict };
  if (!org) return { ...base, failure: lines.invalid };
  const linked = { ...base, orphan: lines.foreignKey, needsOrg: org.guid };
  if (item.user.length > 32) return { ...linked, failure: lines.tooLong };
  if (!view.users.has(item.user)) return { ...linked, failure: lines.foreignKey };
  if (org.authzId === null)
    return { ...linked, failure: lines.foreignKey, judgedAs: "org_user_association_loss" };
  if (seen.has(key)) return { ...linked, failure: lines.conflict };
  seen.add(key);
  return { ...linked, row: { org_id: org.guid, user_id: item.user } };
}

function planInvite(item: Invite, view: View, seen: Set<string>): PlannedObject {
  const org = view.orgs.get(item.organization);
  const lines = inviteLines(view.version, { ...item, orgGuid: org?.guid ?? "gone" });
  const base = { key: item.id, couchId: item.id, conflict: lines.conflict };
  if (!org) return { ...base, failure: lines.invalid };
  const linked = { ...base, orphan: lines.foreignKey, needsOrg: org.guid };
  if (!view.users.has(item.user)) return { ...linked, failure: lines.foreignKey };
  if (org.authzId === null)
    return { ...linked, failure: lines.foreignKey, judgedAs: "org_user_invites_loss" };
  const pair = `${org.guid}|${item.user}`;
  if (seen.has(pair)) return { ...linked, failure: lines.conflict };
  seen.add(pair);
  return { ...linked, row: { id: item.id, org_id: org.guid, user_id: item.user } };
}

function planGroup(group: GlobalGroup, { version }: View, seen: Set<string>): PlannedObject {
  const lines = groupLines(version, group);
  const base = { key: group.id, couchId: group.id, conflict: lines.conflict };
  if (group.authzId === null) return { ...base, failure: lines.noAuthz };
  if (seen.has(group.name)) return { ...base, failure: lines.conflict };
  seen.add(group.name);
  return {
    ...base,
    row: { id: group.id, org_id: globalOrgId, authz_id: group.authzId, name: group.name },
  };
}
