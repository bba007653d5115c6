import type { DatabaseSync } from "node:sqlite";
import type { Dataset, Kind } from "../../common/data.ts";
import { planMigration } from "../../common/migration-plan.ts";
import type { MoverVersion, PlannedObject } from "../../common/migration-plan.ts";
import type { Dets } from "./dets.ts";
import { detsNames } from "./dets.ts";
import { proplist, tuple } from "./erlang-text.ts";
import type { Lager } from "./lager.ts";
import { migrateObject } from "./migration.ts";

export interface ManagerOptions {
  readonly version: MoverVersion;
  readonly dets: Dets;
  readonly log: Lager;
  /** Opened for each run, since the database may come and go. */
  readonly open: () => DatabaseSync;
  readonly readSource: () => Promise<Dataset>;
  readonly objectsPerSecond: number;
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
      objects_in_progress: this.#inProgress,
      objects_failed: 0,
      fatal_stop: this.#fatalStop,
    });
    return tuple("ok", counters);
  }

  /** Blocks its caller until the tables are built. */
  async createAccountDets(): Promise<string> {
    this.#mustLive("create_account_dets");
    if (this.#state !== "ready") return this.#refuse("create_account_dets");
    this.#options.dets.create(await this.#options.readSource());
    return tuple("account_info", ...detsNames, tuple("server", "undefined"));
  }

  migrate(callback: string, workers: number): string {
    this.#mustLive("migrate");
    if (this.#state !== "ready") return this.#refuse("migrate");
    const kind = callbacks[callback];
    if (kind === undefined) return this.#die(`{undef,[{${callback},migration_init,[],[]}]}`);
    this.#queue = [...planMigration(this.#options.dets.dataset(), this.#options.version)[kind]];
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

  /** A worker that ended before it was watched: the run stops early and the flag stays. */
  stopFatally(): void {
    if (this.#state !== "working") return;
    this.#options.log.write(
      "error",
      "mover_manager:handle_info",
      "Worker down with unexpected error. Halting new workers. noproc",
    );
    this.#fatalStop = true;
    this.#state = "halting";
  }

  /** Ends it for good, as an exception inside of it does. */
  kill(): void {
    clearInterval(this.#timer);
    this.#alive = false;
  }

  #work(kind: Kind): void {
    const { open, log, objectsPerSecond } = this.#options;
    const database = open();
    const batch = Math.max(1, Math.ceil(objectsPerSecond / ticksPerSecond));
    this.#timer = setInterval(() => {
      const objects = this.#state === "working" ? this.#queue.splice(0, batch) : [];
      database.exec("BEGIN IMMEDIATE");
      for (const object of objects) migrateObject(database, kind, object, log);
      database.exec("COMMIT");
      log.flush();
      this.#completed += objects.length;
      if (this.#state === "halting" || this.#queue.length === 0) this.#finish(database);
    }, 1000 / ticksPerSecond);
  }

  #finish(database: DatabaseSync): void {
    clearInterval(this.#timer);
    database.close();
    if (this.#state === "working") this.#remaining = 0;
    this.#inProgress = 0;
    this.#queue = [];
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
