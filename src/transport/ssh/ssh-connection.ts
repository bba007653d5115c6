import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ClientChannel } from "ssh2";
import { collect, interruption, lostBefore } from "../collect.ts";
import {
  type Command,
  type Completed,
  type Connection,
  type ExecOptions,
  type RemoteProcess,
  type Terminal,
  TransportError,
} from "../connection.ts";
import { invokeShell, shellScript } from "../shell.ts";
import { channelProcess } from "./channel-process.ts";
import { ChannelSlots } from "./channel-slots.ts";
import { errorText } from "../../config/error-text.ts";

/** One host over SSH. It is lost once and for all when its server or its link goes; a pool then makes another. */
export class SshConnection implements Connection {
  readonly host: string;
  /** The host key that was verified, so that a reconnection can insist on the same. */
  readonly hostKey: Buffer;
  readonly #client: Client;
  readonly #slots = new ChannelSlots();
  readonly #lost = Promise.withResolvers<string>();
  #lostReason: string | undefined;

  constructor(host: string, hostKey: Buffer, client: Client) {
    this.host = host;
    this.hostKey = hostKey;
    this.#client = client;
    client.on("error", (error: Error) =>
      this.#lose(`the connection to ${host} broke: ${error.message}`),
    );
    client.on("end", () => this.#lose(`${host} ended the connection`));
    client.on("close", () => this.#lose(`the connection to ${host} is closed`));
  }

  /** Why nothing can be sent any more; undefined while the connection stands. */
  get lostReason(): string | undefined {
    return this.#lostReason;
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<Completed> {
    const began = performance.now();
    const script = shellScript(command);
    const request = invokeShell(script.text);
    const waiting = interruption(options, began);
    const starting = this.#start(request, false);
    const started = await Promise.race([
      starting.catch((error: Error) => error.message),
      waiting.reason,
    ]).finally(() => waiting.dispose());
    if (typeof started === "string") {
      starting.then((late) => late.close()).catch(() => {});
      return lostBefore(started, began);
    }
    started.stdin.write(script.input);
    return collect(started, options, began);
  }

  async open(command: Command, terminal?: Terminal): Promise<RemoteProcess> {
    const script = shellScript(command);
    if (terminal !== undefined && script.input !== "") {
      throw new Error("secrets cannot be handed to a command on a terminal, which would echo them");
    }
    const process = await this.#start(invokeShell(script.text), true, terminal);
    if (script.input !== "") process.stdin.write(script.input);
    return process;
  }

  async forward(address: string, port: number): Promise<Duplex> {
    this.#throwIfLost();
    return new Promise((resolve, reject) => {
      const refused = (error: Error): void =>
        reject(
          new TransportError(
            "unreachable",
            this.host,
            `${this.host} cannot reach ${address}:${port}: ${error.message}`,
            `check that ${address}:${port} listens and that sshd on ${this.host} allows TCP forwarding`,
            error,
          ),
        );
      try {
        this.#client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
          if (error !== undefined) return refused(error);
          stream.on("error", () => {});
          resolve(stream);
        });
      } catch (error) {
        refused(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  async close(): Promise<void> {
    if (this.#lostReason !== undefined) return;
    const closed = new Promise<void>((resolve) => this.#client.once("close", () => resolve()));
    this.#lose(`the connection to ${this.host} was closed by us`, false);
    this.#client.end();
    const timer = setTimeout(() => this.#client.destroy(), 1000);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1500).unref())]);
    clearTimeout(timer);
  }

  async #start(request: string, long: boolean, terminal?: Terminal): Promise<RemoteProcess> {
    for (let patience = 10; ;) {
      const release = await this.#slots.acquire(long);
      try {
        return await this.#session(request, terminal, release);
      } catch (error) {
        const othersWillEnd = isChannelRefusal(error) && this.#slots.refusedByServer();
        release();
        if (othersWillEnd) continue;
        if (!isChannelRefusal(error) || patience === 0) throw this.#startError(error);
        // The server counts a session until it has cleaned up behind it, a little longer than we do.
        patience -= 1;
        await sleep(100);
      }
    }
  }

  /** Listens to the channel before control returns to ssh2: a quick command's end may be in the very same packet. */
  #session(
    request: string,
    terminal: Terminal | undefined,
    release: () => void,
  ): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      this.#throwIfLost();
      void this.#lost.promise.then((reason) => reject(new Error(reason)));
      const answered = (error: Error | undefined, channel: ClientChannel): void =>
        error === undefined
          ? resolve(channelProcess(channel, this.#lost.promise, release))
          : reject(error);
      const { columns: cols, rows } = terminal ?? {};
      const options =
        cols === undefined || rows === undefined ? {} : { pty: { cols, rows, term: "xterm" } };
      this.#client.exec(request, options, answered);
    });
  }

  #startError(error: unknown): TransportError {
    if (error instanceof TransportError) return error;
    const message = errorText(error);
    const why = this.#lostReason ?? message;
    return new TransportError(
      "lost",
      this.host,
      `${this.host}: nothing was started: ${why}`,
      tryAgain,
      error,
    );
  }

  #throwIfLost(): void {
    if (this.#lostReason === undefined) return;
    throw new TransportError("lost", this.host, this.#lostReason, tryAgain);
  }

  #lose(reason: string, destroy = true): void {
    if (this.#lostReason !== undefined) return;
    this.#lostReason = reason;
    this.#lost.resolve(reason);
    this.#slots.close(new TransportError("lost", this.host, reason, tryAgain));
    if (destroy) this.#client.destroy();
  }
}

const tryAgain = "connect again, and look at what had been started before repeating it";

/** What the server says when it has as many sessions as it allows. */
function isChannelRefusal(error: unknown): boolean {
  return error instanceof Error && /Channel open failure/.test(error.message);
}
