import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { End, RemoteProcess } from "../transport/connection.ts";
import { JournalError } from "./journal-error.ts";
import { movedError } from "./store.ts";
import { lostError, sayEnd } from "./lost-error.ts";
import { errorText } from "../config/error-text.ts";

/** How long the process may take to end by itself. */
const closeSeconds = 1;

/** The process on the journal host that appends, with its questions and answers in step. */
export class HostWriter {
  private readonly name: string;
  private readonly start: () => Promise<RemoteProcess>;
  private readonly timeoutSeconds: number;
  private process: RemoteProcess | undefined;
  private received = "";
  private said = "";
  private wake: (() => void) | undefined;
  private ending: End | undefined;
  private gone: string | undefined;

  constructor(name: string, start: () => Promise<RemoteProcess>, timeoutSeconds: number) {
    this.name = name;
    this.start = start;
    this.timeoutSeconds = timeoutSeconds;
  }

  async append(text: string, offset: number): Promise<void> {
    const process = this.process ?? (await this.open());
    process.stdin.write(`${offset} ${Buffer.byteLength(text)}\n${text}`);
    const [word, ...rest] = (await this.answer()).split(" ");
    if (word === "ok") return;
    this.gone ??= "it ended after a failure";
    if (word === "moved") throw movedError(this.name, rest.join(" "), offset);
    throw unwritable(this.name, rest.join(" ").trim() || "the host gave no reason");
  }

  async close(): Promise<void> {
    const { process } = this;
    if (process === undefined) return;
    process.stdin.end();
    // What was acknowledged is durable, so a silent host has nothing to add.
    await this.orTimeout(
      process.ended.then(() => true),
      closeSeconds,
    );
    process.close();
  }

  private async open(): Promise<RemoteProcess> {
    const process = await this.start().catch((error: unknown) => {
      throw lostError(this.name, errorText(error), error);
    });
    this.process = process;
    this.listen(process);
    try {
      await this.answer();
      return process;
    } catch (error) {
      if (this.ending?.kind === "exited")
        throw unwritable(this.name, this.said.trim() || sayEnd(this.ending));
      throw error;
    }
  }

  private listen(process: RemoteProcess): void {
    const ignore = (): void => undefined;
    // A write to a closed channel is an error event; the end of the process says the same and more.
    for (const stream of [process.stdin, process.stdout, process.stderr])
      stream.on("error", ignore);
    process.stdout.on("data", (chunk: Buffer) => {
      this.received += chunk.toString();
      this.wake?.();
    });
    process.stderr.on("data", (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-2000);
    });
    const drained = finished(process.stdout, { writable: false }).catch(ignore);
    // Its last words may arrive after the news of its end.
    void process.ended.then(async (end) => {
      await Promise.race([drained, sleep(1000, undefined, { ref: false })]);
      this.ending = end;
      this.gone = [sayEnd(end), this.said.trim()].filter((part) => part !== "").join(", ");
      this.wake?.();
    });
  }

  /** The next line of the host; a process that ended or stays silent is a lost one. */
  private async answer(): Promise<string> {
    const answered = (): boolean => this.received.includes("\n") || this.gone !== undefined;
    const heard =
      answered() ||
      (await this.orTimeout(
        new Promise<true>((resolve) => {
          this.wake = () => answered() && resolve(true);
        }),
      ));
    const end = this.received.indexOf("\n");
    if (end === -1) {
      const reason = heard ? (this.gone ?? "ended") : `no answer in ${this.timeoutSeconds} s`;
      this.gone ??= reason;
      this.process?.close();
      throw lostError(this.name, reason);
    }
    const line = this.received.slice(0, end);
    this.received = this.received.slice(end + 1);
    return line;
  }

  private async orTimeout(event: Promise<true>, seconds = this.timeoutSeconds): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), seconds * 1000);
    });
    const heard = await Promise.race([event, timeout]);
    clearTimeout(timer);
    return heard;
  }
}

function unwritable(name: string, reason: string): JournalError {
  const next = "make room on the disk or give the SSH user the directory, then run the phase again";
  return new JournalError(
    "unwritable",
    { file: name },
    `the journal cannot be written: ${reason}`,
    next,
  );
}
