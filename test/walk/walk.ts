import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../src/execute/clock.ts";
import type { Ruling } from "../../src/execute/run-resolution.ts";
import type { Actor, Event, Outcome } from "../../src/journal/event.ts";
import { replay, type JournalState, type Round } from "../../src/journal/replay.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FarSide } from "./far-side.ts";
import { hosts, type Ground, type HostName } from "./ground.ts";
import { judgeEnd, judgeIntent, JournalWitness } from "./invariants.ts";
import { Machine } from "./machine.ts";
import { chain } from "./runbook.ts";
import { Runner, type Ask, type Moment } from "./runner.ts";

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

/** A clock on which every wait takes longer than it was meant to, so that few waits reach a deadline. */
function briskClock(fake: FakeClock, slept: () => void): Clock {
  const sleep = async (seconds: number): Promise<void> => {
    fake.pass(seconds * 9);
    await fake.sleep(seconds);
    slept();
  };
  return { now: fake.now, sleep };
}

/** One walk: its hosts, its jobs and what was done so far. Every job is judged when it ends. */
export class Walk {
  readonly ground: Ground;
  readonly far: FarSide;
  readonly machine: Machine;
  readonly time: FakeClock;
  readonly journal: JournalWitness;
  /** What happened, for the one who has to find out why it failed. */
  readonly story: string[] = [];
  /** The workflow run that goes on, and whether its last job ended well. */
  run = "1001";
  /** Given with each job once a round is to be taken over. */
  reason: string | undefined;
  /** Somebody decided to go back. */
  givenUp = false;
  readonly #broken = Promise.withResolvers<never>();
  readonly #clock: Clock;
  readonly #attempts = new Map<string, number>();
  readonly #bad = new Set<string>();
  readonly #running = new Set<Runner>();
  /** Waits for so many sleeps of a job. */
  #alarms: { left: number; ring: () => void }[] = [];
  #jobs = 0;
  #runs = 1001;
  #meddled = 0;
  /** The highest that a job has written. */
  #token = 0;

  constructor(ground: Ground, begins = "2026-11-23T08:00:00.000Z") {
    this.ground = ground;
    this.time = new FakeClock(begins);
    this.far = new FarSide(ground);
    this.machine = new Machine(ground);
    this.journal = new JournalWitness(ground, this.far);
    this.#broken.promise.catch(() => undefined);
    this.journal.read();
    this.#token = this.journal.events.at(-1)?.token ?? 0;
    this.#clock = briskClock(this.time, () => this.#ring());
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
  }

  endedBadly(run: string): void {
    this.#bad.add(run);
  }

  /** The first phase that is not done; where the round is closed, the first one of a new run. */
  nextPhase(): string {
    this.journal.read();
    const state = this.state();
    if (state.round?.open === true) return chain.find((id) => !state.phase(id).done) ?? "finish";
    if (state.round !== undefined) this.run = this.newRun();
    return "preflight";
  }

  /** The last phase that is done. */
  phaseBefore(): string {
    this.journal.read();
    const state = this.state();
    return chain.findLast((id) => state.phase(id).done) ?? "preflight";
  }

  /** The latest round that got past its first phase. */
  roundBegun(): Round | undefined {
    this.journal.read();
    const state = this.state();
    return (
      state.rounds.findLast(({ id }) => state.inRound(id).phase("preflight").done) ?? state.round
    );
  }

  isRollingBack(): boolean {
    const round = this.roundBegun();
    if (round === undefined) return false;
    const rollback = this.state().inRound(round.id).phase("rollback");
    return rollback.running || (rollback.attempts > 0 && !rollback.done);
  }

  /** Whether the journal says that a change was made. */
  stepDone(change: string, host: HostName): boolean {
    const state = this.state();
    return chain.some((phase) => state.step(phase, change, host).done);
  }

  /** Something beside a job may have changed what is done. */
  meddle(): void {
    this.#meddled += 1;
  }

  state(): JournalState {
    return replay(this.journal.events);
  }

  newRun(): string {
    this.#runs += 1;
    return String(this.#runs);
  }

  /** Rings after so many sleeps of whichever job sleeps. */
  afterSleeps(count: number, ring: () => void): void {
    this.#alarms.push({ left: count, ring });
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
    const ask: Ask = { ...wish, actor: wish.actor ?? this.actor(this.run) };
    this.time.pass(60);
    this.#jobs += 1;
    const folder = join(this.ground.directory, "runners", String(this.#jobs));
    const before = {
      meddled: this.#meddled,
      ledgers: this.#ledgers(),
      busy: this.#running.size > 0 || this.#works(),
    };
    const { ground, machine } = this;
    const options = { ground, clock: this.#clock, folder, unreachable: machine.unreachable };
    const job = await Runner.start(options, ask, (event) => this.#see(event));
    this.#running.add(job);
    for (const other of this.#running) other.overlapped ||= this.#running.size > 1;
    const left = this.far.holds() && disturbance?.moment.kind !== "change";
    if (left) this.#letGoLater(job);
    if (disturbance !== undefined) await this.#disturb(job, disturbance);
    const report = await job.ended;
    this.#running.delete(job);
    rmSync(folder, { recursive: true, force: true });
    const who = `run ${ask.actor.run} attempt ${ask.actor.runAttempt}`;
    const what =
      ask.ruling === undefined ? ask.phase : `resolve ${ask.ruling.step} ${ask.ruling.ruling}`;
    if (job.killed) {
      this.#bad.add(ask.actor.run);
      this.note(`${what} (${who}): killed`);
      return { outcome: "killed", text: "" };
    }
    const { outcome, sentence, next } = report;
    this.note(`${what} (${who}): ${outcome}: ${sentence} Next: ${next}`);
    if (outcome !== "succeeded" && outcome !== "already-done") this.#bad.add(ask.actor.run);
    if (!machine.isEdited) this.journal.read();
    const alone = !job.overlapped && !before.busy && before.meddled === this.#meddled;
    judgeEnd(this, job, report, { alone, changed: before.ledgers !== this.#ledgers() });
    return { outcome, text: `${sentence} Next: ${next}` };
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
    this.journal.read();
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

  /** A change that an earlier job left goes on once this one follows it, or is over. */
  #letGoLater(job: Runner): void {
    void job.says(/following it/).then(() => this.far.letGo());
  }

  /** What was overtaken meanwhile is not judged by its intents: the hosts refuse it. */
  #see(event: Event): void {
    this.#token = Math.max(this.#token, event.token);
    if (event.token < this.#token) return;
    try {
      judgeIntent(this.far, event);
    } catch (error) {
      this.#broken.reject(error);
    }
  }

  #works(): boolean {
    return this.far.holds() || hosts.some((host) => this.far.working(host).length > 0);
  }

  #ledgers(): string {
    return hosts
      .map((host: HostName) => readFileSync(this.ground.path(host, "ledger"), "utf8"))
      .join();
  }

  #ring(): void {
    for (const alarm of this.#alarms) alarm.left -= 1;
    const due = this.#alarms.filter(({ left }) => left <= 0);
    this.#alarms = this.#alarms.filter(({ left }) => left > 0);
    for (const { ring } of due) ring();
  }
}
