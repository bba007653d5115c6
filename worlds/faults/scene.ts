import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";

import type { Event } from "../../src/journal/event.ts";
import { replay } from "../../src/journal/replay.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import type { HostName } from "../common/inventory-file.ts";
import type { LocalGithub } from "../github/start-github.ts";
import type { Job } from "../rehearsal/action-process.ts";
import type { World } from "../world.ts";
import type { FarSide } from "./far-side.ts";
import { NotAsPromised } from "./fault.ts";
import type { Link } from "./link.ts";
import { RunningJob, type Ended } from "./running-job.ts";

/** What a job is given beside its phase. */
export interface Ask {
  /** The workflow run that it belongs to; the chain's own by default. */
  readonly run?: string;
  readonly reason?: string;
  readonly acceptDataLoss?: number;
  readonly inputs?: Readonly<Record<string, string>>;
}

export interface SceneOptions {
  readonly world: World;
  readonly far: FarSide;
  readonly links: Readonly<Record<HostName, Link>>;
  readonly github: LocalGithub;
  readonly out: string;
  readonly environment: string;
  /** Inputs of every job. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  readonly show: (text: string) => void;
  /** Aborted when the play is to end. */
  readonly signal: AbortSignal;
}

/** The chain's workflow run. */
export const ownRun = "1001";

/** A world with its fault and the person who re-runs, dispatches and repairs. */
export class Scene {
  readonly world: World;
  readonly far: FarSide;
  readonly links: Readonly<Record<HostName, Link>>;
  readonly github: LocalGithub;
  readonly #options: SceneOptions;
  readonly #attempts = new Map<string, number>();
  readonly #folders: string[] = [];
  readonly #running = new Set<RunningJob>();
  #dispatches = 0;
  #planDigest: string | undefined;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.world = options.world;
    this.far = options.far;
    this.links = options.links;
    this.github = options.github;
  }

  say(line: string): void {
    this.#options.say(line);
  }

  /** Phases that the chain's run has run before this scene began. */
  ranBefore(phases: readonly string[]): void {
    for (const phase of phases) this.#attempt(ownRun, phase);
  }

  /** Starts a job of a phase. A phase that ran in this run before is a re-run: a new attempt of the run. */
  start(phase: string, ask: Ask = {}): RunningJob {
    const { out, environment, world, show, signal } = this.#options;
    if (signal.aborted) throw new NotAsPromised("the rehearsal was interrupted");
    const run = ask.run ?? ownRun;
    const runAttempt = this.#attempt(run, phase);
    const job: Job = {
      phase,
      environment,
      runId: run,
      runAttempt,
      planDigest: phase === "plan" ? undefined : this.#planDigest,
      acceptDataLoss: ask.acceptDataLoss,
      reason: ask.reason,
      inputs: { ...this.#options.inputs, ...ask.inputs },
      github: this.github,
    };
    const folder = join(
      out,
      "jobs",
      `${String(this.#folders.length + 1).padStart(2, "0")}-${phase}`,
    );
    this.say(`━━ ${phase} (run ${run}, attempt ${runAttempt}) ━━`);
    this.#folders.push(folder);
    const started = new RunningJob(world, folder, job, show);
    this.#running.add(started);
    void started.ended.finally(() => this.#running.delete(started)).catch(() => undefined);
    signal.addEventListener("abort", () => started.interrupt(), { once: true });
    return started;
  }

  /** Runs a job to its end. */
  run(phase: string, ask: Ask = {}): Promise<Ended> {
    return this.start(phase, ask).ended;
  }

  /** Runs phases that must end well, one after the other. */
  async pass(...phases: readonly string[]): Promise<void> {
    for (const phase of phases) this.must(await this.run(phase), good);
  }

  /** Dispatches a phase in a workflow run of its own. */
  dispatch(phase: string, ask: Omit<Ask, "run"> = {}): Promise<Ended> {
    this.#dispatches += 1;
    return this.run(phase, { reason: "rehearsal", ...ask, run: `2${this.#dispatches}` });
  }

  /** A run that is not the chain's. */
  someoneElse(): string {
    this.#dispatches += 1;
    return `9${this.#dispatches}`;
  }

  /** Fails unless a job ended in one of these ways, and said what it must say. */
  must(ended: Ended, outcomes: readonly string[], says?: RegExp): Ended {
    const { phase, outcome, log } = ended;
    const tail = log.split("\n").slice(-60).join("\n");
    if (!outcomes.includes(outcome))
      throw new NotAsPromised(
        `${phase} ended ${outcome}, and had to be ${outcomes.join(" or ")}:\n${tail}`,
      );
    if (says !== undefined && !says.test(log))
      throw new NotAsPromised(`${phase} ended ${outcome} and does not say ${says}:\n${tail}`);
    this.say(`${phase}: ${outcome}, as it must be`);
    return ended;
  }

  /** Fails with a sentence unless something is so. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new NotAsPromised(otherwise);
  }

  /** Waits for the far side; fails when it takes too long. */
  async until(holds: () => boolean | Promise<boolean>, what: string, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new NotAsPromised(`${what} did not come true`);
      await sleep(20);
    }
  }

  /** The journal's folder on its host. */
  get journalFolder(): string {
    return join(this.far.directory("couch1"), "var/journal");
  }

  get journalFile(): string {
    return join(this.journalFolder, "journal.jsonl");
  }

  /** The journal as it stands on its host; fails when it is not whole. */
  events(): readonly Event[] {
    const { journalFile: file } = this;
    if (!existsSync(file)) return [];
    const { environment } = this.#options;
    const { events, torn } = readJournal(readFileSync(file, "latin1"), { file, environment });
    if (torn !== undefined) throw new NotAsPromised(`the journal has a torn end: ${torn}`);
    return events;
  }

  /** Phases of the chain that are done in the latest round. */
  donePhases(): readonly string[] {
    const state = replay(this.events());
    return state.phaseIds().filter((id) => state.phase(id).done);
  }

  /** Ends what still runs, and puts the journal and the latest summary of each phase where a rehearsal's results are. */
  async end(): Promise<void> {
    const { out } = this.#options;
    for (const job of this.#running) await job.kill();
    if (existsSync(this.journalFile)) cpSync(this.journalFile, join(out, "journal.jsonl"));
    for (const folder of this.#folders) {
      const summary = join(folder, "runner/runbook-phase/summary");
      if (existsSync(summary)) cpSync(summary, join(out, "summary"), { recursive: true });
    }
  }

  /** Rewrites the inventory as somebody does who edits it, and has what comes of it approved. */
  async changeInventory(change: (inventory: InventoryFile) => void): Promise<void> {
    const { inventoryFile } = this.world;
    const inventory = parse(readFileSync(inventoryFile, "utf8")) as InventoryFile;
    change(inventory);
    writeFileSync(inventoryFile, stringify(inventory, { aliasDuplicateObjects: false }));
    await this.plan();
  }

  /** Changes the known failures as a reviewed commit does; the plan stays the one that was approved. */
  changeBaseline(change: (entries: KnownFailure[]) => void): void {
    const { inventoryFile, directory } = this.world;
    const inventory = parse(readFileSync(inventoryFile, "utf8")) as { baseline: string };
    const file = join(dirname(inventoryFile), inventory.baseline);
    const entries = parse(readFileSync(file, "utf8")) as KnownFailure[];
    change(entries);
    const own = join(directory, "known-failures.yml");
    writeFileSync(own, stringify(entries));
    const baseline = relative(dirname(inventoryFile), own);
    writeFileSync(
      inventoryFile,
      stringify({ ...inventory, baseline }, { aliasDuplicateObjects: false }),
    );
  }

  /** What the latest job of a phase left in its output folder; empty when it left no such file. */
  left(phase: string, name: string): string {
    const folder = this.#folders.findLast((one) => one.endsWith(`-${phase}`)) ?? "";
    const file = join(folder, "runner/runbook-phase", name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Plans the chain; its digest is given to every job from then on. */
  async plan(): Promise<void> {
    this.#planDigest = this.must(await this.run("plan"), ["succeeded"]).planDigest;
  }

  #attempt(run: string, phase: string): number {
    const key = `${run} ${phase}`;
    const highest = this.#attempts.get(run) ?? 1;
    const attempt = this.#attempts.has(key) ? highest + 1 : highest;
    this.#attempts.set(run, attempt);
    this.#attempts.set(key, attempt);
    return attempt;
  }
}

export const good: readonly string[] = ["succeeded", "already-done"];

/** What a fault changes of an inventory. */
export interface InventoryFile {
  hosts: Record<string, { port: number; jump?: string }>;
  vars: Record<string, string | number | boolean>;
  evidence?: Record<string, string>;
}

/** An entry of the known failures, as its file has it. */
export interface KnownFailure {
  class: string;
  reasons?: string[];
  allowed: number | string;
  expires?: string;
}
