import type { JobOutput } from "../transport/job-stream.ts";
import type { StepContext } from "./context.ts";
import { tailLines } from "./ask.ts";

const journalEverySeconds = 15;
const linesKept = 5;
/** More than any tail shows. */
const linesHeld = 50;

/** How far a job's output has been read: kept in the journal now and then, so that another run goes on from there. */
export class Following {
  readonly #context: StepContext;
  #before: readonly string[];
  #at: Readonly<Record<JobOutput, number>>;
  #noted: Readonly<Record<JobOutput, number>>;
  #notedAt: number;
  #lines: string[] = [];
  readonly telling: string[] = [];

  constructor(context: StepContext, attempt: number) {
    const before = context.followed(attempt);
    this.#context = context;
    this.#before = before?.lines ?? [];
    this.#at = { stdout: before?.stdout ?? 0, stderr: before?.stderr ?? 0 };
    this.#noted = this.#at;
    this.#notedAt = context.now().getTime();
  }

  /** Where the next following begins. */
  get from(): Readonly<Record<JobOutput, number>> {
    return this.#at;
  }

  said(line: string): void {
    this.#lines = [...this.#lines.slice(-(linesHeld - 1)), line];
  }

  /** A line that tells how it ended, however much is said after it. */
  tell(line: string): void {
    this.telling.push(line);
  }

  /** The connection is gone, and the next one brings only what comes after: what was said is the earlier part then. */
  interrupted(): void {
    this.#before = [...this.#before, ...this.#lines].slice(-linesHeld);
    this.#lines = [];
  }

  saw(bytes: Readonly<Record<JobOutput, number>>): void {
    this.#at = { ...bytes };
    const now = this.#context.now().getTime();
    if (now - this.#notedAt < journalEverySeconds * 1000) return;
    this.#notedAt = now;
    // A journal that is gone says so when the step's end is written.
    void this.note().catch(() => undefined);
  }

  /** Writes down where it stands, unless that is written already. */
  async note(): Promise<void> {
    const { stdout, stderr } = this.#at;
    if (stdout === this.#noted.stdout && stderr === this.#noted.stderr) return;
    this.#noted = this.#at;
    const lines = [...this.#before, ...this.#lines].slice(-linesKept);
    await this.#context.observe({ kind: "followed", stdout, stderr, lines });
  }

  /** The last lines of the whole output, also of what an earlier run or an earlier connection has read. */
  tail(text: string, count: number): string[] {
    return [...this.#before, ...tailLines(text, count)].slice(-count);
  }
}
