import type { GlobalGroup, Organization } from "./data.ts";
import type { MoverVersion } from "./migration-plan.ts";

/** One failed object, as mover's log tells it. */
export interface Failure {
  /** Name of the class, as in the runbook's failure rules. */
  readonly class: string;
  readonly level: "error" | "warning";
  /** Which callback wrote it; lager puts it before the text. */
  readonly where: string;
  /** The text behind lager's own prefix. */
  readonly message: string;
}

interface Linked {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
  readonly orgGuid: string;
}

const stack =
  "Stacktrace: [{mover_sql,insert,2},{mover_transient_worker,work,2},{proc_lib,init_p_do_apply,3}]";

function raised(reason: string): string {
  return `Exception: throw Reason: ${reason} ${stack}`;
}

function sqlError(constraint: string): string {
  return `{chef_sql,{{error,{error,error,<<"23502">>,<<"${constraint}">>,[]}},insert}}`;
}

function foreignKey(constraint: string): string {
  return `{chef_sql,{{foreign_key,<<"violates foreign key constraint ${constraint}">>},insert}}`;
}

function conflict(constraint: string): string {
  return `{chef_sql,{{conflict,<<"duplicate key value violates unique constraint ${constraint}">>},insert}}`;
}

/** Lines about an organization: an organization that fails is an error in every version. */
export function orgLines(
  _version: MoverVersion,
  org: Organization,
): Record<"noAuthz" | "conflict", Failure> {
  const line = (reason: string): Failure => ({
    class: "org_migration_failure",
    level: "error",
    where: "mover_org_migration_callback:migration_action",
    message: `org_migration_failure org_name: ${bin(org.name)} ${raised(reason)}`,
  });
  return {
    noAuthz: line(sqlError("null value in column authz_id")),
    conflict: line(conflict("orgs_name_unique")),
  };
}

/** Lines about a membership: the older mover has no warning branch, each of them is a failure there. */
export function associationLines(
  version: MoverVersion,
  item: Linked,
): Record<"foreignKey" | "conflict" | "invalid" | "tooLong", Failure> {
  const where = "mover_org_user_association_migration_callback:migration_action";
  const ids = `org_id: ${bin(item.orgGuid)} user_id: ${bin(item.user)}`;
  const failure = (reason: string): Failure => ({
    class: "org_user_association_failure",
    level: "error",
    where,
    message: `org_user_association_failure ${ids} ${raised(reason)}`,
  });
  const warning = (name: string, text: string): Failure => ({
    class: `org_user_association_warning_${name}`,
    level: "warning",
    where,
    message: `org_user_association_warning ${text}`,
  });
  const tooLong = failure(sqlError("value too long for type character(32)"));
  if (version === "2.2.14") {
    return {
      tooLong,
      foreignKey: failure(foreignKey("org_user_associations_fkey")),
      conflict: failure(conflict("org_user_associations_pkey")),
      invalid: failure("{badmatch,[]}"),
    };
  }
  return {
    tooLong,
    foreignKey: warning(
      "foreign_key",
      `Foreign key constraint missing, org or user no longer exists, ignoring. ${ids}`,
    ),
    conflict: warning(
      "conflict",
      `Association already exists for org: ${bin(item.orgGuid)} user: ${bin(item.user)}`,
    ),
    invalid: warning(
      "invalid",
      `invalid association for Org ID: ${bin(item.organization)} user: ${bin(item.user)}`,
    ),
  };
}

/** Lines about an invite: a duplicate one is a failure in every version. */
export function inviteLines(
  version: MoverVersion,
  item: Linked,
): Record<"foreignKey" | "conflict" | "invalid", Failure> {
  const where = "mover_org_user_invites_migration_callback:migration_action";
  const ids = `id: ${bin(item.id)} org_id: ${bin(item.orgGuid)} user_id: ${bin(item.user)}`;
  const failure = (reason: string): Failure => ({
    class: "org_user_invites_failure",
    level: "error",
    where,
    message: `org_user_invites_failure ${ids} ${raised(reason)}`,
  });
  const warning = (name: string, message: string): Failure => ({
    class: `org_user_invites_warning_${name}`,
    level: "warning",
    where,
    message,
  });
  const duplicate = failure(
    `{conflict,<<"duplicate key value violates unique constraint org_user_unique">>}`,
  );
  if (version === "2.2.14") {
    return {
      conflict: duplicate,
      foreignKey: failure(foreignKey("org_user_invites_fkey")),
      invalid: failure("{badmatch,[]}"),
    };
  }
  return {
    conflict: duplicate,
    foreignKey: warning(
      "foreign_key",
      `org_user_invites_warning Foreign key constraint missing, org or user no longer exists, ignoring. ${ids}`,
    ),
    // The invites callback shares this text with the associations callback, prefix included.
    invalid: warning(
      "invalid",
      `org_user_association_warning invalid association for Org ID: ${bin(item.organization)} invite: ${bin(item.id)}`,
    ),
  };
}

/** Lines about a global group. */
export function groupLines(
  version: MoverVersion,
  group: GlobalGroup,
): Record<"noAuthz" | "conflict", Failure> {
  const where = "mover_global_groups_migration_callback:migration_action";
  const error = (reason: string): Failure => ({
    class: "global_groups_error",
    level: "error",
    where,
    message: `global_groups_error guid: ${bin(group.id)} ${raised(reason)}`,
  });
  const duplicate = error(conflict("groups_org_id_name_key"));
  if (version === "2.2.14") return { conflict: duplicate, noAuthz: error("{badmatch,not_found}") };
  return {
    conflict: duplicate,
    noAuthz: {
      class: "global_groups_warning_no_authz",
      level: "warning",
      where,
      message: `global_groups no authz id for group GUID: ${bin(group.id)}`,
    },
  };
}

function bin(text: string): string {
  return `<<"${text}">>`;
}
