import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../src/execute/clock.ts";
import type { PhaseReport, PhaseRequest } from "../../src/execute/request.ts";
import { runPhase } from "../../src/execute/run-phase.ts";
import { runResolution, type Ruling } from "../../src/execute/run-resolution.ts";
import type { Actor, Event } from "../../src/journal/event.ts";
import { Link } from "../../worlds/faults/link.ts";
import { environment, hosts, type Ground, type HostName } from "./ground.ts";

/** What a job is for, and who asks. */
export interface Ask {
  readonly phase: string;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  /** With it the job is a resolution, and no phase runs. */
  readonly ruling?: Ruling;
}

/** When something strikes: at a job's so-manieth event, intent or piece sent, or while a change is being made. */
export type Moment =
  | { readonly kind: "event" | "intent" | "sent"; readonly number: number }
  | { readonly kind: "change" };

export interface RunnerOptions {
  readonly ground: Ground;
  readonly clock: Clock;
  /** For its inventory and its copy of the journal. */
  readonly folder: string;
  /** Hosts to which there is no way from the beginning. */
  readonly unreachable: ReadonlySet<HostName>;
}

/** A job of a workflow run in this process, which reaches the hosts by links of its own. */
export class Runner {
  readonly ask: Ask;
  readonly links: Readonly<Record<HostName, Link>>;
  /** The events that this job alone has written. */
  readonly events: Event[] = [];
  readonly said: string[] = [];
  readonly ended: Promise<PhaseReport>;
  /** Nothing of it could be written any more. */
  killed = false;
  over = false;
  cancelled = false;
  /** The journal's host could not be reached when it ended. */
  cutOff = false;
  /** Another job ran at the same time. */
  overlapped = false;
  readonly #onEvent: (event: Event) => void;
  readonly #cancel = new AbortController();
  readonly #watchers = new Set<() => void>();
  #sent = 0;

  private constructor(
    ask: Ask,
    links: Runner["links"],
    onEvent: (event: Event) => void,
    start: (runner: Runner) => Promise<PhaseReport>,
  ) {
    this.ask = ask;
    this.links = links;
    this.#onEvent = onEvent;
    for (const link of Object.values(links))
      link.onSent = () => {
        this.#sent += 1;
        this.#tell();
      };
    this.ended = this.#untilOver(start(this));
  }

  /** Starts a job. */
  static async start(
    { ground, clock, folder, unreachable }: RunnerOptions,
    ask: Ask,
    onEvent: (event: Event) => void,
  ): Promise<Runner> {
    const links = { one: await Link.to(ground.ports.one), two: await Link.to(ground.ports.two) };
    for (const host of unreachable) links[host].close();
    return new Runner(ask, links, onEvent, (runner) => runner.#run(ground, clock, folder));
  }

  /** Calls back at a moment, in the very turn in which it comes; resolves with false when it never came. */
  async at(moment: Moment, holds: () => boolean, strike: () => Promise<void>): Promise<boolean> {
    let struck: Promise<void> | undefined;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.over && !this.#reached(moment, holds)) return;
        this.#watchers.delete(look);
        if (!this.over) struck = strike();
        resolve();
      };
      this.#watchers.add(look);
      if (moment.kind === "change") void this.#lookOften(look);
    });
    await struck;
    return struck !== undefined;
  }

  /** The runner is lost: nothing of it reaches a host any more, and nobody hears of its end. */
  kill(): void {
    this.killed = true;
    for (const link of Object.values(this.links)) link.close();
  }

  cancel(): void {
    this.cancelled = true;
    this.#cancel.abort();
  }

  /** Resolves when it says something, or is over. */
  async says(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.over || this.said.some((line) => pattern.test(line))) resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** It has written its last words, and may have given back its lease. */
  isEnding(): boolean {
    return this.events.some(({ body }) => body.type === "phase-ended");
  }

  #reached(moment: Moment, holds: () => boolean): boolean {
    if (moment.kind === "change") return holds();
    if (moment.kind === "sent") return this.#sent >= moment.number;
    const intents = this.events.filter(({ body }) => body.type === "step-intended");
    return (moment.kind === "event" ? this.events : intents).length >= moment.number;
  }

  async #untilOver(running: Promise<PhaseReport>): Promise<PhaseReport> {
    const report = await running;
    this.over = true;
    this.cutOff = !this.links.one.isOpen;
    this.#tell();
    for (const link of Object.values(this.links)) await link.stop();
    return report;
  }

  async #lookOften(look: () => void): Promise<void> {
    while (this.#watchers.has(look)) {
      look();
      await sleep(5);
    }
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #run(ground: Ground, clock: Clock, folder: string): Promise<PhaseReport> {
    const { phase, actor, reason, ruling } = this.ask;
    mkdirSync(folder, { recursive: true });
    const request: PhaseRequest = {
      phase,
      environment,
      runbookFile: join(import.meta.dirname, "runbook.yml"),
      inventoryFile: this.#inventory(ground, folder),
      vars: {},
      secrets: {},
      planDigest: undefined,
      sshPrivateKey: ground.sshPrivateKey,
      sshPassphrase: undefined,
      sshAgent: undefined,
      knownHosts: hosts
        .map((host) => `[127.0.0.1]:${this.links[host].port} ${ground.hostKey}`)
        .join("\n"),
      acceptDataLoss: undefined,
      keep503: false,
      reason,
      actor,
      copyFile: join(folder, "journal.jsonl"),
      signal: this.#cancel.signal,
      clock,
    };
    const watcher = {
      planned: () => undefined,
      event: (event: Event) => {
        this.events.push(event);
        this.#onEvent(event);
        this.#tell();
      },
      say: (line: string) => {
        this.said.push(line);
        this.#tell();
      },
    };
    return ruling === undefined
      ? runPhase(request, watcher)
      : runResolution(request, ruling, watcher);
  }

  #inventory(ground: Ground, folder: string): string {
    const file = join(folder, "inventory.json");
    const host = (name: HostName) => ({
      address: "127.0.0.1",
      port: this.links[name].port,
      user: "operator",
    });
    const inventory = {
      environment,
      protected: false,
      journal: { host: "one", directory: ground.journal },
      hosts: { one: host("one"), two: host("two") },
      roles: { all: hosts, one: ["one"], two: ["two"] },
    };
    writeFileSync(file, JSON.stringify(inventory));
    return file;
  }
}
