import type { RedisClient } from "./redis-client.ts";

/** The flags that steer the API, as text: a typo such as `ture` is stored like anything else. */
export type Flags = Readonly<Record<FlagName, string>>;

export const flagNames = [
  "orgs_503_mode",
  "couchdb_organizations",
  "couchdb_associations",
  "couchdb_association_requests",
] as const;
export type FlagName = (typeof flagNames)[number];

/** The hash of the default settings in Redis. */
export const flagsKey = "dl_default";

/** What the flags are before anything was migrated: couch serves, writes are open. */
export const flagsBefore: Flags = {
  orgs_503_mode: "false",
  couchdb_organizations: "true",
  couchdb_associations: "true",
  couchdb_association_requests: "true",
};

/** Settings of single organizations, so that the runbook has some to list. */
export const overrides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "dl_org_org-00007": { couchdb_organizations: "true" },
  "dl_org_org-00011": { couchdb_containers: "true" },
};

/** Puts a Redis into the state that a fleet has before its migration, or with other flags. */
export async function plantFlags(redis: RedisClient, flags: Flags = flagsBefore): Promise<void> {
  for (const [key, fields] of Object.entries({ [flagsKey]: flags, ...overrides })) {
    await redis.command("HSET", key, ...Object.entries(fields).flat());
  }
}

/** Reads the flags for each request; while Redis is away the last known ones count, as in erchef. */
export function flagsFrom(redis: RedisClient): () => Promise<Flags> {
  let known = flagsBefore;
  return async () => {
    const reply = await redis.command("HMGET", flagsKey, ...flagNames).catch(() => undefined);
    if (!Array.isArray(reply)) return known;
    const [mode, organizations, associations, requests] = reply.map((value) => String(value ?? ""));
    known = {
      orgs_503_mode: mode || "false",
      couchdb_organizations: organizations || "true",
      couchdb_associations: associations || "true",
      couchdb_association_requests: requests || "true",
    };
    return known;
  };
}
