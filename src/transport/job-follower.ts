import type { End, RemoteProcess } from "./connection.ts";
import type { Followed, JobOptions, JobResult } from "./job.ts";
import { newNonce, readEnd, readSurvivors } from "./job-names.ts";
import { JobStream } from "./job-stream.ts";
import { errorText } from "../config/error-text.ts";

const defaultTailBytes = 64 * 1024;

/** Turns the host's answers into one result. */
export class Follower {
  readonly nonce = newNonce();
  readonly #stream: JobStream;
  readonly #onSeen: JobOptions["onSeen"];
  #directory: string | undefined;
  #started: boolean | undefined;
  readonly #result = Promise.withResolvers<JobResult>();

  constructor(options: JobOptions) {
    this.#onSeen = options.onSeen;
    this.#stream = new JobStream({
      nonce: this.nonce,
      from: options.from ?? { stdout: 0, stderr: 0 },
      tailBytes: options.tailBytes ?? defaultTailBytes,
      answer: (words) => this.#answered(words),
      output: options.onOutput,
    });
  }

  seen(): Followed {
    return {
      directory: this.#directory,
      started: this.#started,
      stdout: this.#stream.tails.stdout.text(),
      stderr: this.#stream.tails.stderr.text(),
      outBytes: this.#stream.bytes.stdout,
      errBytes: this.#stream.bytes.stderr,
    };
  }

  async follow(process: RemoteProcess, signal: AbortSignal | undefined): Promise<JobResult> {
    let trouble = "";
    const left = (): void =>
      this.#result.resolve({ kind: "left-running", sent: true, ...this.seen() });
    if (signal?.aborted === true) left();
    signal?.addEventListener("abort", left, { once: true });
    process.stdin.on("error", () => {});
    process.stdin.end();
    process.stderr.on(
      "data",
      (chunk: Buffer) => (trouble = (trouble + chunk.toString()).slice(-1000)),
    );
    process.stderr.on("error", () => {});
    process.stdout.on("data", (chunk: Buffer) => this.#push(chunk));
    process.stdout.on("error", () => {});
    const over = (): void => void process.ended.then((end) => this.#lost(end, trouble));
    process.stdout.once("close", over);
    process.stdout.once("end", over);
    void process.ended.then((end) => {
      if (end.kind === "lost") this.#lost(end, trouble);
    });
    const result = await this.#result.promise;
    signal?.removeEventListener("abort", left);
    process.close();
    return result;
  }

  #push(chunk: Buffer): void {
    try {
      this.#stream.push(chunk);
      this.#onSeen?.(this.#stream.whole);
    } catch (error) {
      this.#result.resolve({
        kind: "lost",
        reason: errorText(error),
        ...this.seen(),
      });
    }
  }

  /** Settles nothing when the host has given its last word already. */
  #lost(end: End, trouble: string): void {
    const why =
      end.kind === "lost"
        ? end.reason
        : `following ended without a result: ${trouble.trim() || JSON.stringify(end)}`;
    this.#result.resolve({ kind: "lost", reason: why, ...this.seen() });
  }

  #answered(words: string): void {
    const [, verb, rest = ""] = /^(\S+) ?(.*)$/s.exec(words) ?? [];
    switch (verb) {
      case "job": {
        const [, how, directory] = /^(started|attached) (.*)$/s.exec(rest) ?? [];
        this.#started = how === "started";
        this.#directory = directory;
        return;
      }
      case "refused":
        return this.#result.resolve(refusal(rest));
      case "end":
        return this.#ended(rest);
      case "vanished":
        this.#stream.end();
        return this.#result.resolve({
          kind: "vanished",
          survivors: readSurvivors(rest.replace(/^\d+ \d+ ?/, "")),
          ...this.seen(),
        });
      default:
        return;
    }
  }

  #ended(rest: string): void {
    const [, outBytes, errBytes, text = ""] = /^(\d+) (\d+) (.*)$/s.exec(rest) ?? [];
    const end = readEnd(text);
    const seen = this.seen();
    if (end === undefined) {
      const detail = `${seen.directory}/exit says ${JSON.stringify(text)}, which is not what was written there; somebody edited it`;
      return this.#result.resolve({ kind: "refused", reason: "bad-directory", detail });
    }
    const whole = Number(outBytes) === seen.outBytes && Number(errBytes) === seen.errBytes;
    if (!whole)
      return this.#result.resolve({
        kind: "lost",
        reason: "part of the output did not arrive",
        ...seen,
      });
    this.#stream.end();
    this.#result.resolve({
      ...seen,
      kind: "ended",
      end,
      started: this.#started === true,
      directory: seen.directory ?? "",
    });
  }
}

function refusal(rest: string): JobResult {
  const [, reason, detail = ""] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
  if (reason === "older-token") {
    return {
      kind: "refused",
      reason,
      detail: `this host has seen lease token ${detail}, which is newer; another run took over`,
    };
  }
  if (reason === "other-command") return { kind: "refused", reason, detail };
  return { kind: "refused", reason: "bad-directory", detail };
}
