import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { parse, stringify } from "yaml";

import type { Event, EventBody } from "../../../src/journal/event.ts";
import { readJournal } from "../../../src/journal/read-journal.ts";
import { RedisClient } from "../../../worlds/common/redis-client.ts";
import { findProcesses } from "../../../worlds/embedded/processes.ts";
import { databaseFile } from "../../../worlds/embedded/schema-release.ts";
import { openDatabase } from "../../../worlds/embedded/sql-database.ts";
import {
  startEmbeddedWorld,
  type EmbeddedWorld,
  type EmbeddedWorldOptions,
} from "../../../worlds/embedded/start-embedded-world.ts";
import { runJob, type Job, type JobEnd } from "../../../worlds/rehearsal/action-process.ts";

/** What a job is given beside its phase; everything else is as a rehearsal gives it. */
export interface Ask extends Partial<Omit<Job, "phase">> {
  /** Ends the job's process as soon as its log matches: a cancelled job, or a lost runner. */
  readonly endAt?: { readonly seen: RegExp; readonly by: "cancel" | "kill" };
}

/** A small embedded world, and jobs of the bundled action against it. */
export interface Stage {
  readonly world: EmbeddedWorld;
  readonly out: string;
  run(phase: string, ask?: Ask): Promise<JobEnd>;
  /** Runs phases of one run, every one of which must end well; answers the run's id. */
  pass(...phases: readonly string[]): Promise<string>;
  flags(): Promise<Flags>;
  rows(): Rows;
  /** The journal as it stands on its host; reading it fails when it is not valid. */
  events(): readonly Event[];
  bodies<T extends EventBody["type"]>(type: T): readonly Extract<EventBody, { type: T }>[];
  /** Rewrites the inventory. */
  changeInventory(change: (inventory: InventoryFile) => void): void;
  /** The status that an unsigned request gets from an API host. */
  answer(method: string, path: string): Promise<number>;
  processes(): readonly number[];
  stop(): Promise<void>;
}

export type Flags = Readonly<Record<string, string | undefined>>;
export type Rows = Readonly<Record<"orgs" | "associations" | "invites" | "groups", number>>;

/** The inventory as a file: what tests change about it. */
export interface InventoryFile {
  environment: string;
  journal: { host: string; directory: string };
  hosts: Record<string, { address: string; port: number; vars?: Record<string, unknown> }>;
  roles: Record<string, string[]>;
  vars: Record<string, unknown>;
  [key: string]: unknown;
}

export const couchServes = {
  couchdb_organizations: "true",
  couchdb_associations: "true",
  couchdb_association_requests: "true",
};
export const sqlServes = {
  couchdb_organizations: "false",
  couchdb_associations: "false",
  couchdb_association_requests: "false",
};

/** What a rehearsal waits for seconds, a test waits for one. */
const shortest = { drain: "1s", read_only_watch: "1s", resolution_watch: "1s", poll_every: "1s" };
export const noRows: Rows = { orgs: 0, associations: 0, invites: 0, groups: 0 };

/** A stage for one test; that test's end stops it. */
export async function setStage(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  options: Partial<EmbeddedWorldOptions> = {},
): Promise<Stage> {
  const stage = await openStage(options);
  onTestFinished(() => stage.stop());
  return stage;
}

/** Starts a small world; whoever asked for it stops it. */
export async function openStage(options: Partial<EmbeddedWorldOptions> = {}): Promise<Stage> {
  const out = mkdtempSync(join(tmpdir(), "stage-"));
  const world = await startEmbeddedWorld({
    directory: join(out, "world"),
    environment: "pre-prod",
    moverVersion: "2.2.14",
    organizations: 60,
    log: () => {},
    ...options,
  });
  changeInventory(world, ({ vars }) => Object.assign(vars, shortest));
  let runs = 1;
  const run = (phase: string, ask: Ask = {}) => {
    runs += 1;
    return runOne(world, out, { runId: String(runs), ...ask }, phase);
  };
  const events = () => readEvents(world);
  return {
    world,
    out,
    run,
    events,
    pass: async (...phases) => {
      const runId = `chain-${(runs += 1)}`;
      for (const phase of phases) mustBeGood(phase, await run(phase, { runId }));
      return runId;
    },
    bodies: (type) => bodiesOf(events(), type),
    flags: () => readFlags(world),
    rows: () => countRows(world),
    changeInventory: (change) => changeInventory(world, change),
    answer: (method, path) => answer(world, method, path),
    processes: () => findProcesses(world.mark),
    stop: async () => {
      await world.stop();
      rmSync(out, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function runOne(world: EmbeddedWorld, out: string, ask: Ask, phase: string): Promise<JobEnd> {
  const early = { cancel: new AbortController(), kill: new AbortController() };
  let seen = "";
  const watch = (text: string): void => {
    seen += text;
    if (ask.endAt?.seen.test(seen)) early[ask.endAt.by].abort();
  };
  const { endAt: _, ...given } = ask;
  const job: Job = {
    phase,
    environment: "pre-prod",
    runId: "1",
    runAttempt: 1,
    planDigest: undefined,
    acceptDataLoss: undefined,
    reason: undefined,
    ...given,
  };
  const signals = { interrupt: early.cancel.signal, kill: early.kill.signal };
  return runJob(world, out, job, watch, signals);
}

function mustBeGood(phase: string, { status, log }: JobEnd): void {
  if (status !== 0) throw new Error(`${phase} ended with exit status ${status}:\n${log}`);
}

function readEvents(world: EmbeddedWorld): readonly Event[] {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  const file = join(inventory.journal.directory, "journal.jsonl");
  if (!existsSync(file)) return [];
  const { environment } = inventory;
  return readJournal(readFileSync(file, "utf8"), { file, environment }).events;
}

/** Bodies of one type, in the order of the journal. */
export function bodiesOf<T extends EventBody["type"]>(events: readonly Event[], type: T) {
  const is = (body: EventBody): body is Extract<EventBody, { type: T }> => body.type === type;
  return events.map(({ body }) => body).filter(is);
}

async function readFlags({ redis, secrets }: EmbeddedWorld): Promise<Flags> {
  const password = secrets["redis_password"] ?? "";
  const client = new RedisClient({ host: "127.0.0.1", port: redis.port, password });
  const names = ["orgs_503_mode", ...Object.keys(couchServes)];
  const values = (await client.command("HMGET", "dl_default", ...names)) as (string | null)[];
  client.close();
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? undefined]));
}

function countRows(world: EmbeddedWorld): Rows {
  const database = openDatabase(databaseFile(world.hosts.pg1.directory));
  const count = (from: string): number => {
    try {
      return Number(database.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.["n"]);
    } catch (error) {
      // Before the schema is upgraded.
      if (String(error).includes("no such table")) return 0;
      throw error;
    }
  };
  try {
    return {
      orgs: count("orgs"),
      associations: count("org_user_associations"),
      invites: count("org_user_invites"),
      groups: count(`groups WHERE org_id = '${"0".repeat(32)}'`),
    };
  } finally {
    database.close();
  }
}

function changeInventory({ inventoryFile }: EmbeddedWorld, change: (file: InventoryFile) => void) {
  const inventory = parse(readFileSync(inventoryFile, "utf8")) as InventoryFile;
  change(inventory);
  writeFileSync(inventoryFile, stringify(inventory, { aliasDuplicateObjects: false }));
}

async function answer(world: EmbeddedWorld, method: string, path: string): Promise<number> {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  const url = String(inventory.hosts["erchef1"]?.vars?.["api_url"]);
  const response = await fetch(new URL(path, url), { method });
  await response.arrayBuffer();
  return response.status;
}
