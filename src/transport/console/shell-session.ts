import type { End, RemoteProcess } from "../connection.ts";
import { JobControl } from "./job-control.ts";
import { createToken, FrameReader } from "./protocol.ts";
import type { Token } from "./protocol.ts";
import { Transcript } from "./transcript.ts";

/** How a request over the attached shell ended. */
export type Reply =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "damaged" }
  | { readonly kind: "silent" }
  | { readonly kind: "aborted" }
  | { readonly kind: "lost"; readonly reason: string };

/** A fresh shell with the node's name from its prompt, or why there is none. */
export type FreshShell =
  | { readonly kind: "open"; readonly node: string | undefined }
  | { readonly kind: "plain" }
  | { readonly kind: "none" };

/** The shell that the menu made for us, and what to go back to. */
export interface Shells {
  readonly own: number | undefined;
  readonly before: number | undefined;
}

const leaveToErl = "\u0004";

/** One attached terminal with a fresh shell of our own in it. */
export class ShellSession {
  readonly #process: RemoteProcess;
  readonly #transcript: Transcript;
  readonly #jobs: JobControl;
  #shells: Shells = { own: undefined, before: undefined };
  #end: string | undefined;

  constructor(process: RemoteProcess) {
    this.#process = process;
    this.#transcript = new Transcript(process.stdout);
    this.#jobs = new JobControl(this.#transcript, (text) => this.#write(text));
    process.stderr.resume();
    process.stderr.on("error", () => {});
    process.stdin.on("error", () => {});
    void process.ended.then((end) => this.#finish(end));
  }

  get transcript(): Transcript {
    return this.#transcript;
  }

  get isOpen(): boolean {
    return this.#end === undefined && !this.#transcript.hasEnded;
  }

  /** Why it ended, in words. */
  get reason(): string {
    if (/\[End\]/.test(this.#transcript.text))
      return "the node ended while its console was attached";
    return this.#end ?? "the console was closed";
  }

  /** Waits until the process behind the terminal is known to have ended. */
  async ended(): Promise<End> {
    return this.#process.ended;
  }

  /** Makes a fresh shell beside those that are there. */
  async openShell(): Promise<FreshShell> {
    // to_erl has the node redraw its line first; what is typed into that would not be read on its own.
    await this.#transcript.quiet(100, 1);
    const menu = await this.#jobs.openMenu();
    if (menu === "plain") return { kind: "plain" };
    if (menu === "none") return { kind: "none" };
    const before = (await this.#jobs.jobs())?.current;
    await this.#jobs.command("s");
    const own = (await this.#jobs.jobs())?.current;
    this.#shells = { own, before };
    this.#jobs.connect();
    const sight = await this.#transcript.until(/Eshell V[^]*?\n(?:\(([^()\s]+)\))?1> /, 15);
    return sight.kind === "seen" ? { kind: "open", node: sight.match[1] } : { kind: "none" };
  }

  /** Types one line and waits for its frame; silence is counted from the last byte of the frame. */
  request(line: (token: Token) => string, seconds: number, signal?: AbortSignal): Promise<Reply> {
    const token = createToken();
    const reader = new FrameReader(token);
    return new Promise((resolve) => {
      const settle = (reply: Reply): void => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener("abort", abort);
        resolve(reply);
      };
      const abort = (): void => settle({ kind: "aborted" });
      const timer = setTimeout(() => settle({ kind: "silent" }), seconds * 1000);
      const stop = this.#transcript.listen((piece) => {
        const frame = reader.push(piece);
        if (frame !== undefined) settle(frame);
        else if (!this.isOpen) settle({ kind: "lost", reason: this.reason });
        else if (reader.isInside) timer.refresh();
      });
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      else if (this.isOpen) this.#write(`${line(token)}\r`);
      else settle({ kind: "lost", reason: this.reason });
    });
  }

  /** Ends our shell, goes back to the one that was in front, and leaves the terminal as it was found. */
  async leave(): Promise<void> {
    if (this.isOpen) await this.#closeShell();
    if (this.isOpen) this.#write(leaveToErl);
    await Promise.race([this.#process.ended, pause(2)]);
    this.drop();
  }

  /** Closes our end, whatever state the other one is in. */
  drop(): void {
    this.#end ??= "the console was closed";
    this.#process.close();
    this.#transcript.end();
  }

  async #closeShell(): Promise<void> {
    const { own, before } = this.#shells;
    if (own === undefined || (await this.#jobs.openMenu()) !== "open") return;
    await this.#jobs.command(`k ${own}`);
    const left = (await this.#jobs.jobs())?.numbers ?? [];
    this.#jobs.connect(left.includes(before ?? -1) ? before : left[0]);
    await this.#jobs.connected();
  }

  #write(text: string): void {
    if (this.isOpen) this.#process.stdin.write(text);
  }

  #finish(end: End): void {
    this.#end ??= describeEnd(end);
    // What was printed last may still be on its way through the stream.
    setTimeout(() => this.#transcript.end(), 100);
  }
}

function describeEnd(end: End): string {
  if (end.kind === "exited") return `the attached console ended with exit status ${end.status}`;
  if (end.kind === "signalled") return `the attached console was ended by ${end.signal}`;
  return `the connection to the console was lost: ${end.reason}`;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, seconds * 1000).unref());
}
