import { existsSync } from "node:fs";
import { join } from "node:path";

import { replay } from "../../src/journal/replay.ts";
import { plant } from "../common/data.ts";
import { planMigration, type PlannedObject } from "../common/migration-plan.ts";
import type { FarSide, Flags } from "./far-side.ts";
import { NotAsPromised, type MoverVersion } from "./fault.ts";
import type { Scene } from "./scene.ts";

/** What each phase of an undisturbed chain asks of mover, once. */
const callsOfPhases: Readonly<Record<string, readonly string[]>> = {
  migrate: [
    "orgs_503_endpoint_mode true",
    "create_account_dets",
    "migrate mover_org_migration_callback",
    "migrate mover_org_user_association_migration_callback",
    "migrate mover_org_user_invites_migration_callback",
    "migrate mover_global_groups_migration_callback",
  ],
  cutover: ["org_related_endpoints_to_couch false"],
  reopen: ["orgs_503_endpoint_mode false"],
};

const globalOrg = "0".repeat(32);

/** The four tables, and what tells their rows apart: of two that exclude each other either may win. */
const tables = {
  orgs: { select: "SELECT id, name FROM orgs", key: ["id", "name"] },
  associations: {
    select: "SELECT org_id, user_id FROM org_user_associations",
    key: ["org_id", "user_id"],
  },
  invites: { select: "SELECT org_id, user_id FROM org_user_invites", key: ["org_id", "user_id"] },
  groups: { select: `SELECT name FROM groups WHERE org_id = '${globalOrg}'`, key: ["name"] },
} as const;

export interface Expectation {
  readonly organizations: number;
  readonly moverVersion: MoverVersion;
  readonly extra: Readonly<Record<string, number>>;
}

/** What the phases that are done have changed happened once, the data are those of an undisturbed run, the journal is whole. */
export async function judgeDone(scene: Scene, expected: Expectation): Promise<void> {
  const { far } = scene;
  const done = new Set(scene.donePhases());
  judgeCalls(
    far,
    [...done].flatMap((phase) => callsOfPhases[phase] ?? []),
    expected.extra,
  );
  for (const host of ["pg1", "pg2"] as const) judgeDeployed(host, await far.deployed(host));
  if (done.has("migrate")) await judgeRows(far, expected);
  const couch = done.has("cutover") ? "false" : "true";
  judgeFlags(await far.flags(), {
    orgs_503_mode: done.has("migrate") && !done.has("reopen") ? "true" : "false",
    couchdb_organizations: couch,
    couchdb_associations: couch,
    couchdb_association_requests: couch,
  });
  judgeJournal(scene, done.has("reopen") ? "chain" : undefined);
}

/** A rollback is through: couch serves, writes are open, the clock stands, the round is closed. */
export async function judgeRolledBack(scene: Scene): Promise<void> {
  judgeFlags(await scene.far.flags(), {
    orgs_503_mode: "false",
    couchdb_organizations: "true",
    couchdb_associations: "true",
    couchdb_association_requests: "true",
  });
  judgeJournal(scene, "rollback");
}

function judgeCalls(
  far: FarSide,
  once: readonly string[],
  extra: Readonly<Record<string, number>>,
): void {
  const calls = far.calls();
  for (const name of new Set([...Object.keys(calls), ...once, ...Object.keys(extra)])) {
    const wanted = (once.includes(name) ? 1 : 0) + (extra[name] ?? 0);
    const found = calls[name] ?? 0;
    if (found !== wanted)
      throw new NotAsPromised(`mover was asked ${found} times for "${name}", wanted ${wanted}`);
  }
}

function judgeDeployed(host: string, deployed: Readonly<Record<string, number>>): void {
  const wanted = ["oss_chef", "enterprise_chef"];
  for (const project of wanted) {
    if (!Object.keys(deployed).some((name) => name.startsWith(`${project} `)))
      throw new NotAsPromised(`${host} has nothing of ${project}`);
  }
  for (const [change, count] of Object.entries(deployed)) {
    if (count !== 1) throw new NotAsPromised(`${host} deployed ${change} ${count} times`);
  }
}

async function judgeRows(
  far: FarSide,
  { organizations, moverVersion }: Expectation,
): Promise<void> {
  const plan = planMigration(plant(organizations), moverVersion);
  for (const name of Object.keys(tables) as (keyof typeof tables)[]) {
    const { select, key } = tables[name];
    const wanted = plan[name].flatMap((object) => keyOf(object, key)).toSorted();
    const found = [...(await far.rows(select))].toSorted();
    if (wanted.join("\n") !== found.join("\n"))
      throw new NotAsPromised(
        `${name}: ${found.length} rows in SQL, ${wanted.length} after an undisturbed run${firstDifference(wanted, found)}`,
      );
  }
}

function keyOf({ row }: PlannedObject, key: readonly string[]): string[] {
  return row === undefined ? [] : [key.map((column) => row[column] ?? "").join("|")];
}

function firstDifference(wanted: readonly string[], found: readonly string[]): string {
  const missing = wanted.find((one) => !found.includes(one));
  const surplus = found.find((one) => !wanted.includes(one));
  return `${missing === undefined ? "" : `; missing ${missing}`}${surplus === undefined ? "" : `; unexpected ${surplus}`}`;
}

/** Fails unless the flags are these. */
export function judgeFlags(found: Flags, wanted: Partial<Flags>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const there = found[name as keyof Flags];
    if (there !== value)
      throw new NotAsPromised(`flag ${name} is ${there || "unset"}, wanted ${value}`);
  }
}

function judgeJournal(scene: Scene, closedBy: string | undefined): void {
  const state = replay(scene.events());
  if (state.round?.closedBy !== closedBy)
    throw new NotAsPromised(
      `the round was closed by ${state.round?.closedBy ?? "nobody"}, wanted ${closedBy ?? "nobody"}`,
    );
  const [open] = state.inFlight();
  if (open !== undefined)
    throw new NotAsPromised(`the journal still has "${open.step}" of ${open.phase} in flight`);
  if (closedBy !== undefined && state.downtime(new Date()).running)
    throw new NotAsPromised("the downtime clock still runs");
  if (existsSync(join(scene.journalFolder, "lease")))
    throw new NotAsPromised("the lease was not given back");
}
