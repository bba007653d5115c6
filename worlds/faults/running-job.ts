import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Event } from "../../src/journal/event.ts";
import { runJob, type Job, type JobEnd } from "../rehearsal/action-process.ts";
import type { World } from "../world.ts";
import { NotAsPromised } from "./fault.ts";
import type { Moment } from "./moments.ts";

/** How a job ended: its outcome, or that its runner was killed before it could say one. */
export interface Ended {
  readonly phase: string;
  readonly outcome: string;
  readonly status: number;
  readonly planDigest: string | undefined;
  readonly log: string;
}

/** As GitHub cancels: SIGINT first. When the process is still there after this, it would get SIGTERM and then be killed. */
const cancelPatienceSeconds = 7.5;

/** A job whose process runs, with the ways in which it can be disturbed. */
export class RunningJob {
  readonly ended: Promise<Ended>;
  readonly #job: Job;
  readonly #file: string;
  readonly #interrupt = new AbortController();
  readonly #kill = new AbortController();
  #log = "";
  #over = false;

  constructor(world: World, folder: string, job: Job, show: (text: string) => void) {
    this.#job = job;
    this.#file = join(folder, "runner/runbook-phase/journal.jsonl");
    this.ended = this.#run(world, folder, show);
    this.ended.catch(() => undefined);
  }

  /** What this job alone has written into the journal so far. */
  events(): readonly Event[] {
    if (!existsSync(this.#file)) return [];
    const whole = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Event).filter((event) => this.#isOwn(event));
  }

  /** Waits until the job has journaled something; fails when it ends before that. */
  async reaches(moment: Moment): Promise<void> {
    for (;;) {
      if (this.events().some((event) => moment.is(event))) return;
      if (this.#over) throw this.#never(moment.what);
      await sleep(10);
    }
  }

  /** Waits until its log says something. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#log)) {
      if (this.#over) throw this.#never(`says ${pattern.source}`);
      await sleep(10);
    }
  }

  /** The runner is lost: nothing of it can write or clean up any more. */
  async kill(): Promise<Ended> {
    this.#kill.abort("SIGKILL");
    return this.ended;
  }

  /** The job is cancelled; one that does not end itself in time ends as killed. */
  async cancel(): Promise<Ended> {
    this.#interrupt.abort("SIGINT");
    const late = setTimeout(() => this.#kill.abort("SIGKILL"), cancelPatienceSeconds * 1000);
    try {
      return await this.ended;
    } finally {
      clearTimeout(late);
    }
  }

  /** The signal arrives, and the caller does not wait for what comes of it. */
  interrupt(): void {
    this.#interrupt.abort("SIGINT");
  }

  async #run(world: World, folder: string, show: (text: string) => void): Promise<Ended> {
    const take = (text: string): void => {
      this.#log += text;
      show(text);
    };
    const signals = { interrupt: this.#interrupt.signal, kill: this.#kill.signal };
    const end: JobEnd = await runJob(world, folder, this.#job, take, signals);
    this.#over = true;
    const said = end.outputs["outcome"];
    const outcome = said ?? (this.#kill.signal.aborted ? "killed" : `exit ${end.status}`);
    const planDigest = end.outputs["plan-digest"];
    return { phase: this.#job.phase, outcome, status: end.status, planDigest, log: end.log };
  }

  #isOwn({ actor, place }: Event): boolean {
    const { phase, runId, runAttempt } = this.#job;
    return actor.run === runId && actor.runAttempt === runAttempt && place.phase === phase;
  }

  #never(what: string): NotAsPromised {
    const tail = this.#log.split("\n").slice(-40).join("\n");
    return new NotAsPromised(`${this.#job.phase} ended before it ${what}:\n${tail}`);
  }
}
