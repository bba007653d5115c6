import { setTimeout as sleep } from "node:timers/promises";
import type { PhaseReport, PhaseWatcher } from "../../src/execute/request.ts";
import { runPhase } from "../../src/execute/run-phase.ts";
import { runResolution } from "../../src/execute/run-resolution.ts";
import type { Event } from "../../src/journal/event.ts";
import { Link } from "../../worlds/faults/link.ts";
import type { HostName } from "./ground.ts";
import { requestOf, type Ask, type RunnerOptions } from "./request-of.ts";

/** When something strikes: at a job's so-manieth event, intent or piece sent, or while a change is being made. */
export type Moment =
  | { readonly kind: "event" | "intent" | "sent"; readonly number: number }
  | { readonly kind: "change" };

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
    options: RunnerOptions,
    ask: Ask,
    onEvent: (event: Event) => void,
  ): Promise<Runner> {
    const { ports } = options.ground;
    const links = { one: await Link.to(ports.one), two: await Link.to(ports.two) };
    for (const host of options.unreachable) links[host].close();
    return new Runner(ask, links, onEvent, (runner) => runner.#run(options));
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

  #run(options: RunnerOptions): Promise<PhaseReport> {
    const request = requestOf(options, this.ask, this.links, this.#cancel.signal);
    const watcher: PhaseWatcher = {
      planned: () => undefined,
      event: (event) => {
        this.events.push(event);
        this.#onEvent(event);
        this.#tell();
      },
      say: (line) => {
        this.said.push(line);
        this.#tell();
      },
    };
    const { ruling } = this.ask;
    return ruling === undefined
      ? runPhase(request, watcher)
      : runResolution(request, ruling, watcher);
  }
}
