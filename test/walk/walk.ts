import { join } from "node:path";
import type { PhaseReport } from "../../src/execute/request.ts";
import type { Ruling } from "../../src/execute/run-resolution.ts";
import type { Actor, Event, Outcome } from "../../src/journal/event.ts";
import { replay, type JournalState } from "../../src/journal/replay.ts";
import { BriskClock } from "./brisk-clock.ts";
import { FarSide } from "./far-side.ts";
import { hosts, type Ground } from "./ground.ts";
import { judgeEnd, judgeIntent } from "./invariants.ts";
import { JournalWitness } from "./journal-witness.ts";
import { Machine } from "./machine.ts";
import type { Ask } from "./request-of.ts";
import { Runner, type Moment } from "./runner.ts";
import { nextPhase } from "./standing.ts";

/** A job that has ended, as its people see it. */
export interface Ended {
  readonly outcome: Outcome | "killed";
  /** What the summary says, and what to do next. */
  readonly text: string;
}

/** What a job is asked for; without `actor` it is one of the workflow run that goes on. */
export type Wish = Omit<Ask, "actor"> & { readonly actor?: Actor };

export interface Disturbance {
  readonly moment: Moment;
  /** Its first part happens in the very turn of the moment. */
  strike(job: Runner): Promise<void>;
}

/** One walk: its hosts, its jobs and what was done so far. Every job is judged when it ends. */
export class Walk {
  readonly ground: Ground;
  readonly far: FarSide;
  readonly machine: Machine;
  readonly clock: BriskClock;
  readonly journal: JournalWitness;
  /** What happened, for the one who has to find out why it failed. */
  readonly story: string[] = [];
  /** The workflow run that goes on, and whether its last job ended well. */
  run = "1001";
  /** Given with each job once a round is to be taken over. */
  reason: string | undefined;
  /** Somebody decided to go back. */
  givenUp = false;
  /** Somebody wanted or began a way back, and none has come through since. */
  owesWayBack = false;
  readonly #broken = Promise.withResolvers<never>();
  readonly #attempts = new Map<string, number>();
  readonly #bad = new Set<string>();
  readonly #running = new Set<Runner>();
  #jobs = 0;
  #runs = 1001;
  #meddled = 0;
  /** `step@host` of what was announced and has no end yet: it may still come, whatever became of its job. */
  readonly #open = new Set<string>();
  /** The highest that a job has written. */
  #token = 0;

  constructor(ground: Ground, begins = "2026-11-23T08:00:00.000Z") {
    this.ground = ground;
    this.clock = new BriskClock(begins);
    this.far = new FarSide(ground);
    this.machine = new Machine(ground);
    this.journal = new JournalWitness(ground, this.far);
    this.#broken.promise.catch(() => undefined);
    this.journal.read();
    this.#token = this.journal.events.at(-1)?.token ?? 0;
  }

  note(line: string): void {
    this.story.push(line);
  }

  /** Rejects as soon as an event is not as it must be, whatever still runs then. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  giveUp(): void {
    this.givenUp = true;
    this.owesWayBack = true;
  }

  endedBadly(run: string): void {
    this.#bad.add(run);
  }

  /** The first phase that is not done; where no round is open, the first one of a new run. */
  nextPhase(): string {
    const phase = nextPhase(this.state());
    if (phase === undefined && this.journal.events.length > 0) this.run = this.newRun();
    return phase ?? "preflight";
  }

  /** Something beside a job may have changed what is done. */
  meddle(): void {
    this.#meddled += 1;
  }

  /** What the journal says at this moment. */
  state(): JournalState {
    if (!this.machine.isEdited) this.journal.read();
    return replay(this.journal.events);
  }

  newRun(): string {
    this.#runs += 1;
    return String(this.#runs);
  }

  /** A job of a run: after one that did not end well it is a re-run. */
  actor(run: string): Actor {
    const before = this.#attempts.get(run) ?? 1;
    const runAttempt = this.#bad.delete(run) ? before + 1 : before;
    this.#attempts.set(run, runAttempt);
    return {
      run,
      runAttempt,
      url: `https://github.example/runs/${run}`,
      by: run === "1001" ? "ada" : "bob",
    };
  }

  /** Runs a job to its end, disturbed or not, and judges it. */
  async job(wish: Wish, disturbance?: Disturbance): Promise<Ended> {
    const before = { meddled: this.#meddled, busy: this.#isBusy() };
    const changedSince = this.#watchLedgers();
    const job = await this.#start({ ...wish, actor: wish.actor ?? this.actor(this.run) });
    // A change that an earlier job left goes on once this one follows it, or is over.
    if (this.far.holds() && disturbance?.moment.kind !== "change")
      void job.says(/following it/).then(() => this.far.letGo());
    if (disturbance !== undefined) await this.#disturb(job, disturbance);
    const report = await job.ended;
    this.#running.delete(job);
    const ended = this.#tellEnd(job, report);
    if (!this.machine.isEdited) this.journal.read();
    if (job.killed) return ended;
    const alone = !job.overlapped && !before.busy && before.meddled === this.#meddled;
    judgeEnd(this, job, report, { alone, changed: changedSince() });
    return ended;
  }

  async #start(ask: Ask): Promise<Runner> {
    const { ground, clock } = this;
    const { unreachable } = this.machine;
    this.clock.pass(60);
    this.#jobs += 1;
    const folder = join(ground.directory, "runners", String(this.#jobs));
    const options = { ground, clock, folder, unreachable };
    const job = await Runner.start(options, ask, (event) => this.#see(event));
    this.#running.add(job);
    for (const one of this.#running) one.overlapped ||= this.#running.size > 1;
    return job;
  }

  #tellEnd({ ask, killed }: Runner, { outcome, sentence, next }: PhaseReport): Ended {
    const { run, runAttempt } = ask.actor;
    const { phase, ruling } = ask;
    const what = ruling === undefined ? phase : `resolve ${ruling.step} ${ruling.ruling}`;
    const text = killed ? "" : `${sentence} Next: ${next}`;
    const end = killed ? "killed" : outcome;
    const good = end === "succeeded" || end === "already-done";
    if (phase === "rollback" && end !== "refused") this.owesWayBack = !good;
    this.note(`${what} (run ${run} attempt ${runAttempt}): ${end}: ${text}`);
    if (!good) this.#bad.add(run);
    return { outcome: end, text };
  }

  /** Ends what runs, so that nothing of this walk reaches into the next one. */
  async abandon(): Promise<void> {
    const running = [...this.#running];
    for (const job of running) job.kill();
    this.far.letGo();
    await Promise.all(running.map((job) => job.ended));
  }

  /** A person's word on what is in doubt, after looking at the far side; undefined when nothing is. */
  async rule(actor?: Actor): Promise<Ended | undefined> {
    await this.settle();
    const [doubt] = this.state().doubts();
    if (doubt === undefined) return undefined;
    const { phase, step, host } = doubt;
    const ruling: Ruling = {
      step: host === undefined ? `${phase}/${step}` : `${phase}/${step}@${host}`,
      ruling: this.#isDone(step, host) ? "done" : "not-done",
      reason: "looked at the ledger",
    };
    return this.job({ phase: "resolve", ruling, ...(actor === undefined ? {} : { actor }) });
  }

  /** Lets every change go on, and waits until none is being made. */
  async settle(): Promise<void> {
    this.far.letGo();
    await this.far.quiet();
  }

  #isDone(step: string, host: string | undefined): boolean {
    const on = hosts.filter((one) => host === undefined || one === host);
    if (step === "undo")
      return on.every((one) => this.far.states(one).every((state) => state === "not-done"));
    return on.every((one) => this.far.state(one, step) === "done");
  }

  async #disturb(job: Runner, { moment, strike }: Disturbance): Promise<void> {
    const struck = await job.at(
      moment,
      () => this.far.heldOn() !== undefined,
      () => strike(job),
    );
    this.note(struck ? `… struck` : `… it ended before that`);
  }

  /** What was overtaken meanwhile is not judged by its intents: the hosts refuse it. */
  #see(event: Event): void {
    this.#noteOpen(event);
    this.#token = Math.max(this.#token, event.token);
    if (event.token < this.#token) return;
    try {
      judgeIntent(this.far, event);
    } catch (error) {
      this.#broken.reject(error);
    }
  }

  #isBusy(): boolean {
    if (this.#running.size > 0) return true;
    return this.far.holds() || hosts.some((host) => this.far.working(host).length > 0);
  }

  #noteOpen({ body, place: { step, host } }: Event): void {
    if (step === undefined || host === undefined) return;
    if (body.type === "step-intended") this.#open.add(`${step}@${host}`);
    if (body.type !== "step-ended") return;
    if (body.outcome !== "unknown" && body.outcome !== "cancelled")
      this.#open.delete(`${step}@${host}`);
  }

  /** Says later whether the ledgers have lines that nothing explains which was under way before. */
  #watchLedgers(): () => boolean {
    const open = new Set(this.#open);
    const lengths = hosts.map((host) => this.far.ledger(host).length);
    return () =>
      hosts.some((host, index) =>
        this.far
          .ledger(host)
          .slice(lengths[index])
          .some(({ made, change }) => !open.has(`${made ? change : "undo"}@${host}`)),
      );
  }
}
