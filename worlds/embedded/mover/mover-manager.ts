import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import type { Dataset, Kind } from "../../common/data.ts";
import { planMigration } from "../../common/migration-plan.ts";
import type { MoverVersion, PlannedObject } from "../../common/migration-plan.ts";
import type { Dets } from "./dets.ts";
import { detsNames } from "./dets.ts";
import { proplist, tuple } from "./erlang-text.ts";
import type { Lager } from "./lager.ts";
import { migrateObject } from "./migration.ts";
import { befall, type ObjectFault } from "./object-fault.ts";

export interface ManagerOptions {
  readonly version: MoverVersion;
  readonly dets: Dets;
  readonly log: Lager;
  /** Opened for each run, since the database may come and go. */
  readonly open: () => DatabaseSync;
  readonly readSource: () => Promise<Dataset>;
  readonly objectsPerSecond: number;
  /** What this run is to suffer; asked for once, when it starts. */
  readonly fault: () => MigrationFault;
  /** What befalls single objects; asked for at each start. */
  readonly objectFaults: () => readonly ObjectFault[];
}

/** What the real one does at times without a cause: after so many objects it stops early, or stalls. */
export interface MigrationFault {
  readonly fatalStopAt?: number;
  readonly stallAt?: number;
}

/** The manager is a process: calling it when it is dead, or killing it by the call, raises. */
export class ManagerGone extends Error {
  override readonly name = "ManagerGone";
}

const callbacks: Readonly<Record<string, Kind>> = {
  mover_org_migration_callback: "orgs",
  mover_org_user_association_migration_callback: "associations",
  mover_org_user_invites_migration_callback: "invites",
  mover_global_groups_migration_callback: "groups",
};

const ticksPerSecond = 25;
/** How long a caller waits for an answer. */
const callSeconds = 5;
/** A record of a table takes less than a row in SQL. */
const detsFasterThanRows = 10;

/** The state machine that runs migrations, with the habits of the real one. */
export class MoverManager {
  readonly #options: ManagerOptions;
  #alive = true;
  #state: "ready" | "working" | "halting" = "ready";
  #completed = 0;
  #remaining: number | "all" = 0;
  #requested: number | "all" = 0;
  #inProgress = 0;
  #fatalStop = false;
  #queue: PlannedObject[] = [];
  #timer: NodeJS.Timeout | undefined;
  #fault: MigrationFault = {};
  #stalled = false;
  #suspended = false;
  #building: Promise<void> = Promise.resolve();

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  get alive(): boolean {
    return this.#alive;
  }

  status(): string {
    this.#mustLive("status");
    const counters = proplist({
      state: this.#state,
      orgs_completed: this.#completed,
      objects_remaining: this.#remaining,
      objects_requested: this.#requested,
      objects_in_progress: this.#stalled ? 0 : this.#inProgress,
      objects_failed: 0,
      fatal_stop: this.#fatalStop,
    });
    return tuple("ok", counters);
  }

  /** Blocks its caller until the tables are built, and everybody else who asks the manager meanwhile. */
  async createAccountDets(): Promise<string> {
    this.#mustLive("create_account_dets");
    if (this.#state !== "ready") return this.#refuse("create_account_dets");
    const building = this.#buildDets();
    this.#building = building.catch(() => {});
    await building;
    return tuple("account_info", ...detsNames, tuple("server", "undefined"));
  }

  /** Waits while the manager is deaf; not for ever when it was suspended. */
  async listening(): Promise<this> {
    await this.#building;
    if (!this.#suspended) return this;
    await sleep(callSeconds * 1000);
    if (this.#suspended) throw new ManagerGone("{timeout,{gen_server,call,[mover_manager]}}");
    return this;
  }

  /** Keeps it from answering anybody, or no longer. */
  suspend(suspended: boolean): string {
    this.#suspended = suspended;
    return "ok";
  }

  async #buildDets(): Promise<void> {
    const { dets, readSource, objectsPerSecond } = this.#options;
    for (const records of dets.create(await readSource())) {
      await sleep((1_000 * records) / (objectsPerSecond * detsFasterThanRows));
    }
  }

  migrate(callback: string, workers: number): string {
    this.#mustLive("migrate");
    if (this.#state !== "ready") return this.#refuse("migrate");
    const kind = callbacks[callback];
    if (kind === undefined) return this.#die(`{undef,[{${callback},migration_init,[],[]}]}`);
    const planned = planMigration(this.#options.dets.dataset(), this.#options.version)[kind];
    this.#queue = befall(planned, kind, this.#options.objectFaults());
    this.#fault = this.#options.fault();
    this.#state = "working";
    this.#remaining = "all";
    this.#requested = "all";
    this.#inProgress = Math.min(workers, this.#queue.length);
    this.#work(kind);
    return tuple("ok", "burning_couches");
  }

  halt(): string {
    this.#mustLive("halt_actions");
    if (this.#state !== "working") return tuple("error", "not_now_dear");
    this.#state = "halting";
    return tuple("ok", "halting");
  }

  /** The timeout that a stalled state machine lost: it goes on. */
  sendTimeout(): void {
    this.#stalled = false;
  }

  /** Ends it for good, as an exception inside of it does. */
  kill(): void {
    clearInterval(this.#timer);
    this.#alive = false;
  }

  #work(kind: Kind): void {
    const { open, objectsPerSecond } = this.#options;
    const database = open();
    // What a tick may do: below one object a tick, it waits until there is a whole one.
    let due = 0;
    let done = 0;
    this.#timer = setInterval(() => {
      if (this.#stalled && this.#state === "working") return;
      due += objectsPerSecond / ticksPerSecond;
      const objects = this.#state === "working" ? this.#queue.splice(0, due) : [];
      due -= Math.floor(due);
      this.#migrate(database, kind, objects);
      done += objects.length;
      this.#suffer(done);
      if (this.#state === "halting" || this.#queue.length === 0) this.#finish(database);
    }, 1000 / ticksPerSecond);
  }

  #migrate(database: DatabaseSync, kind: Kind, objects: readonly PlannedObject[]): void {
    const { log } = this.#options;
    database.exec("BEGIN IMMEDIATE");
    for (const object of objects) migrateObject(database, kind, object, log);
    database.exec("COMMIT");
    log.flush();
    this.#completed += objects.length;
  }

  #suffer(done: number): void {
    const { fatalStopAt = Infinity, stallAt = Infinity } = this.#fault;
    if (done < fatalStopAt && done < stallAt) return;
    this.#fault = {};
    if (done >= stallAt) {
      this.#stalled = true;
      return;
    }
    const text = "Worker down with unexpected error. Halting new workers. noproc";
    this.#options.log.write("error", "mover_manager:handle_info", text);
    this.#options.log.flush();
    this.#fatalStop = true;
    this.#state = "halting";
  }

  #finish(database: DatabaseSync): void {
    clearInterval(this.#timer);
    database.close();
    if (this.#state === "working") this.#remaining = 0;
    this.#inProgress = 0;
    this.#queue = [];
    this.#stalled = false;
    this.#state = "ready";
  }

  /** What a call in the wrong state brings: the old one dies of it, the newer one stops its run. */
  #refuse(call: string): string {
    if (this.#options.version === "2.2.14")
      return this.#die(`{function_clause,[{mover_manager,${this.#state},[${call}],[]}]}`);
    if (this.#state === "halting") return tuple("error", "halting_operations");
    if (call === "migrate") this.#state = "halting";
    return tuple("error", "busy_now");
  }

  #die(reason: string): never {
    this.#options.log.write(
      "error",
      "mover_manager:terminate",
      `gen_fsm mover_manager terminated with reason: ${reason}`,
    );
    this.#options.log.flush();
    this.kill();
    throw new ManagerGone(`{${reason},{gen_fsm,sync_send_event,[mover_manager]}}`);
  }

  #mustLive(call: string): void {
    if (!this.#alive)
      throw new ManagerGone(`{noproc,{gen_fsm,sync_send_event,[mover_manager,${call},infinity]}}`);
  }
}
