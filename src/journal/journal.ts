import { setTimeout as sleep } from "node:timers/promises";
import type { Actor, Event, EventBody, Place } from "./event.ts";
import { event } from "./event.ts";
import { errorText } from "../config/error-text.ts";
import { JournalCopy } from "./journal-copy.ts";
import { JournalError } from "./journal-error.ts";
import { writeLine, sha256 } from "./line.ts";
import { loadJournal, loadTail } from "./load-journal.ts";
import type { Head } from "./read-journal.ts";
import type { Store } from "./store.ts";

export interface JournalOptions {
  readonly store: Store;
  /** The runner's copy; undefined when the store itself is on the runner. */
  readonly copyFile: string | undefined;
  readonly environment: string;
  readonly runbook: string;
  readonly actor: Actor;
  readonly now: () => Date;
}

export interface ReopenOptions {
  readonly store: Store;
  /** Which of the lines that never arrived are still wanted; all by default. */
  readonly keep?: (event: Event) => boolean;
}

/** What became of the lines that were not acknowledged. */
export interface Reopened {
  /** They had been written. */
  readonly confirmed: readonly Event[];
  /** They had not, and are now. */
  readonly appended: readonly Event[];
  /** They had not, and were not wanted any more. */
  readonly dropped: readonly Event[];
}

/** The append-only record of one environment. */
export interface Journal {
  /** All events that are durable, in order; grows with every append. */
  readonly events: readonly Event[];
  /** What was repaired while it was opened, and whether the runner's copy is still written. */
  readonly notes: readonly string[];
  /** SHA-256 of the last durable line. */
  readonly headHash: string;
  setRound(id: string): void;
  setToken(token: number): void;
  /** Resolves when the event is durable. After a failure everything is refused with it until `reopen`. */
  append(place: Place, body: EventBody): Promise<Event>;
  /** Adds events that were written elsewhere: their time, actor and token stay theirs, their place in the chain is new. */
  adopt(events: readonly Event[]): Promise<void>;
  /** Goes on with a new connection: compares first which of the lines in doubt arrived, so that none is written twice. */
  reopen(options: ReopenOptions): Promise<Reopened>;
  /** Waits for what is queued, and not longer than a cancelled run can: a host that hangs keeps it in doubt. */
  close(): Promise<void>;
}

/** Loads, proves and if need be repairs the journal, and brings the runner's copy in line with it. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { store, copyFile, environment } = options;
  const copy = copyFile === undefined ? undefined : new JournalCopy(copyFile);
  const loaded = await loadJournal(store, copy, environment);
  const journal = new OpenJournal(options, copy, loaded);
  for (const detail of loaded.repairs) await journal.append({}, { type: "repaired", detail });
  return journal;
}

interface Line {
  readonly event: Event;
  readonly text: string;
}

interface QueuedLine extends Line {
  readonly resolve: (event: Event) => void;
  readonly reject: (error: unknown) => void;
}

const batchCharacters = 256 * 1024;
const closingSeconds = 3;

class OpenJournal implements Journal {
  readonly events: Event[];
  private readonly options: JournalOptions;
  private readonly copy: JournalCopy | undefined;
  private readonly repairs: readonly string[];
  private store: Store;
  /** Of the last durable line, and of the last queued one. */
  private head: Head;
  private tail: Head;
  private bytes: number;
  private round: string;
  private token = 0;
  private queue: QueuedLine[] = [];
  private inDoubt: Line[] = [];
  private failure: JournalError | undefined;
  private flushing: Promise<void> | undefined;

  constructor(
    options: JournalOptions,
    copy: JournalCopy | undefined,
    loaded: Awaited<ReturnType<typeof loadJournal>>,
  ) {
    this.options = options;
    this.copy = copy;
    this.store = options.store;
    this.events = loaded.events;
    this.repairs = loaded.repairs;
    this.head = loaded.head;
    this.tail = loaded.head;
    this.bytes = loaded.bytes;
    this.round = loaded.events.at(-1)?.round ?? "";
  }

  get headHash(): string {
    return this.head.hash;
  }

  get notes(): readonly string[] {
    const failure = this.copy?.failure;
    return failure === undefined
      ? this.repairs
      : [...this.repairs, `the runner's copy is not written any more: ${failure}`];
  }

  setRound(id: string): void {
    this.round = id;
  }

  setToken(token: number): void {
    this.token = token;
  }

  async append(place: Place, body: EventBody): Promise<Event> {
    if (this.failure !== undefined) throw this.failure;
    return await this.enqueue(this.compose(place, body));
  }

  async adopt(events: readonly Event[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    await Promise.all(events.map((one) => this.enqueue(this.chain(one))));
  }

  async reopen({ store, keep = () => true }: ReopenOptions): Promise<Reopened> {
    await this.flushing;
    await this.store.close().catch(() => undefined);
    this.store = store;
    const doubted = this.inDoubt;
    const arrived = await loadTail(
      store,
      { ...this.head, bytes: this.bytes },
      this.options.environment,
      doubted.map(({ text }) => text),
    );
    await this.acknowledge(doubted.slice(0, arrived));
    const confirmed = doubted.slice(0, arrived).map((line) => line.event);
    const missing = doubted.slice(arrived).map((line) => line.event);
    this.inDoubt = [];
    this.tail = this.head;
    this.failure = undefined;
    const wanted = missing.filter(keep);
    const appended = await Promise.all(wanted.map((one) => this.enqueue(this.chain(one))));
    return { confirmed, appended, dropped: missing.filter((one) => !wanted.includes(one)) };
  }

  async close(): Promise<void> {
    await Promise.race([this.flushing, sleep(closingSeconds * 1000, undefined, { ref: false })]);
    this.failure ??= new JournalError(
      "closed",
      { file: this.store.name },
      "the journal is closed",
      "open it again",
    );
    await this.store.close();
  }

  private compose(place: Place, body: EventBody): Line {
    const { environment, runbook, actor, now } = this.options;
    const { round, token } = this;
    const at = now().toISOString();
    return this.chain({
      version: 1,
      sequence: 0,
      at,
      environment,
      runbook,
      round,
      token,
      actor,
      place,
      body,
      previous: "",
    });
  }

  /** Gives the event its place behind the last queued one, in the very shape in which it will be read back. */
  private chain(loose: Event): Line {
    const { sequence, hash } = this.tail;
    const composed = asRead({ ...loose, sequence: sequence + 1, previous: hash }, this.store.name);
    const text = writeLine(composed);
    this.tail = { sequence: composed.sequence, hash: sha256(text) };
    return { event: composed, text };
  }

  private enqueue(line: Line): Promise<Event> {
    const written = new Promise<Event>((resolve, reject) =>
      this.queue.push({ ...line, resolve, reject }),
    );
    this.flushing ??= this.flush().finally(() => {
      this.flushing = undefined;
    });
    return written;
  }

  private async flush(): Promise<void> {
    // Lines that are queued in the same turn travel together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const batch = this.nextBatch();
      try {
        await this.store.append(textOf(batch), this.bytes);
      } catch (error) {
        this.fail(error);
        return;
      }
      this.queue.splice(0, batch.length);
      await this.acknowledge(batch);
      for (const { resolve, event: written } of batch) resolve(written);
    }
  }

  private nextBatch(): readonly QueuedLine[] {
    let characters = 0;
    const end = this.queue.findIndex(({ text }) => (characters += text.length) > batchCharacters);
    return this.queue.slice(0, end === -1 ? this.queue.length : Math.max(1, end));
  }

  private async acknowledge(lines: readonly Line[]): Promise<void> {
    const last = lines.at(-1);
    if (last === undefined) return;
    const text = textOf(lines);
    this.bytes += text.length;
    this.head = { sequence: last.event.sequence, hash: sha256(last.text) };
    this.events.push(...lines.map((line) => line.event));
    await this.copy?.append(text);
  }

  private fail(error: unknown): void {
    const { name } = this.store;
    this.failure =
      error instanceof JournalError
        ? error
        : new JournalError(
            "unwritable",
            { file: name },
            String(error),
            "report this as a defect",
            error,
          );
    this.inDoubt = this.queue;
    for (const { reject } of this.queue) reject(this.failure);
    this.queue = [];
  }
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => `${text}\n`).join("");
}

function asRead(loose: Event, file: string): Event {
  try {
    return event.parse(JSON.parse(JSON.stringify(loose)));
  } catch (error) {
    const why = errorText(error).replaceAll(/\s+/g, " ");
    throw new JournalError(
      "invalid-event",
      { file },
      `an event cannot be written: ${why}`,
      "report this as a defect",
      error,
    );
  }
}
