import { setTimeout as sleep } from "node:timers/promises";
import { TransportError } from "../connection.ts";
import type { Completed, Connection } from "../connection.ts";
import type { ConsoleOptions, ControlOptions, ControlResult } from "./console.ts";

/** Whether the node answers its release script. */
export interface NodeState {
  readonly state: "up" | "down" | "unreachable";
  readonly detail: string;
}

const pingSeconds = 20;
const pollMilliseconds = 500;
/** Without it a node that is started over SSH falls back to a shell without job control, which cannot be entered safely. */
const terminal = { TERM: "xterm" };

/** Starts, stops and pings a node by its release script. */
export class NodeControl {
  readonly #connection: Connection;
  readonly #options: ConsoleOptions;

  constructor(connection: Connection, options: ConsoleOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async state(signal?: AbortSignal): Promise<NodeState> {
    const ping = await this.#run(this.#options.ping, pingSeconds, signal);
    if (typeof ping === "string") return { state: "unreachable", detail: ping };
    if (ping.end.kind !== "exited") return { state: "unreachable", detail: describe(ping) };
    if (ping.end.status === 0 && /^\s*pong\s*$/m.test(ping.stdout))
      return { state: "up", detail: "pong" };
    // A script that failed, or a sudo that asks, says nothing of the node; only the answer that it is not there does.
    const absent = /not responding|not running|\bpang\b/i.test(ping.stdout + ping.stderr);
    return { state: absent ? "down" : "unreachable", detail: describe(ping) };
  }

  async start(control: ControlOptions): Promise<ControlResult> {
    const deadline = Date.now() + control.timeoutSeconds * 1000;
    const before = await this.state(control.signal);
    if (before.state === "up") return { ok: true, detail: "already running" };
    if (before.state === "unreachable")
      return fail(`${this.#where} cannot be reached: ${before.detail}`);
    const started = await this.#run(
      this.#options.start,
      control.timeoutSeconds,
      control.signal,
      terminal,
    );
    if (typeof started === "string") return fail(`"${this.#options.start}": ${started}`);
    if (!succeeded(started)) return fail(`"${this.#options.start}" ${describe(started)}`);
    const up = await this.#until("up", deadline, control.signal);
    if (!up.ok) return fail(`${this.#where} was started and did not answer: ${up.detail}`);
    return this.#settle(control.signal);
  }

  /** A node can answer for seconds and then end, when something that it needs at boot is away. */
  async #settle(signal: AbortSignal | undefined): Promise<ControlResult> {
    const seconds = this.#options.settleSeconds ?? 5;
    const since = Date.now();
    do {
      await rest(signal);
      const now = await this.state(signal);
      if (now.state !== "up") {
        const lived = Math.round((Date.now() - since) / 1000);
        return fail(
          `${this.#where} answered and ended within ${lived + 1} s (${now.detail}); its log says why, often a store that it needs is down`,
        );
      }
    } while (Date.now() - since < seconds * 1000 && signal?.aborted !== true);
    if (signal?.aborted === true) return fail("cancelled while the node was settling");
    return { ok: true, detail: `started, and answering for ${seconds} s` };
  }

  /** Waits until ping says no and, where it is known, until the operating system process is gone. */
  async stop(control: ControlOptions, pid: string | undefined): Promise<ControlResult> {
    const deadline = Date.now() + control.timeoutSeconds * 1000;
    const before = await this.state(control.signal);
    if (before.state === "down" && pid === undefined)
      return { ok: true, detail: "already stopped" };
    if (before.state === "unreachable")
      return fail(`${this.#where} cannot be reached: ${before.detail}`);
    const stopped = await this.#run(this.#options.stop, control.timeoutSeconds, control.signal);
    const said = typeof stopped === "string" ? stopped : describe(stopped);
    const down = await this.#until("down", deadline, control.signal);
    if (!down.ok)
      return fail(
        `${this.#where} still runs after "${this.#options.stop}" (${said}): ${down.detail}`,
      );
    if (pid === undefined) return { ok: true, detail: "stopped: it answers no more" };
    return this.#untilGone(pid, deadline, control.signal);
  }

  async #untilGone(
    pid: string,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<ControlResult> {
    for (;;) {
      const seen = await this.#run(`ps -p ${Number(pid)} -o pid=`, pingSeconds, signal);
      if (typeof seen !== "string" && seen.end.kind === "exited" && seen.stdout.trim() === "") {
        return { ok: true, detail: `stopped: its process ${pid} is gone` };
      }
      if (Date.now() > deadline || signal?.aborted === true) {
        return fail(`${this.#where} answers no more, but its process ${pid} has not ended`);
      }
      await rest(signal);
    }
  }

  async #until(
    wanted: "up" | "down",
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<ControlResult> {
    for (;;) {
      const now = await this.state(signal);
      if (now.state === wanted) return { ok: true, detail: now.detail };
      if (signal?.aborted === true) return fail("cancelled");
      if (Date.now() > deadline)
        return fail(`time is over; last seen ${now.state} (${now.detail})`);
      await rest(signal);
    }
  }

  get #where(): string {
    return `the node ${this.#options.node} on ${this.#options.host}`;
  }

  /** Answers a sentence where the host could not be asked. */
  async #run(
    line: string,
    seconds: number,
    signal?: AbortSignal,
    env = {},
  ): Promise<Completed | string> {
    try {
      const options = { timeoutSeconds: seconds, maxBytes: 65_536, ...(signal && { signal }) };
      return await this.#connection.exec(
        { line, directory: this.#options.directory, env },
        options,
      );
    } catch (error) {
      if (error instanceof TransportError) return error.message;
      throw error;
    }
  }
}

async function rest(signal: AbortSignal | undefined): Promise<void> {
  await sleep(pollMilliseconds, undefined, signal && { signal }).catch(() => {});
}

const fail = (detail: string): ControlResult => ({ ok: false, detail });

const succeeded = ({ end }: Completed): boolean => end.kind === "exited" && end.status === 0;

function describe({ end, stdout, stderr, seconds }: Completed): string {
  const said = `${stdout}\n${stderr}`
    .replace(/[^ -~]+/g, " ")
    .trim()
    .slice(-300);
  const output = said === "" ? "" : `: ${said}`;
  if (end.kind === "exited") return `ended with exit status ${end.status}${output}`;
  if (end.kind === "signalled") return `was ended by ${end.signal}${output}`;
  return `is not known to have ended after ${Math.round(seconds)} s (${end.reason})${output}`;
}
