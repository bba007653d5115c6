import { connect } from "node:net";
import type { Socket } from "node:net";
import { encodeRequest, RedisError, RespReader } from "./resp.ts";
import type { Reply } from "./resp.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** A small client that connects when it is first needed and again after a loss; works with any Redis. */
export class RedisClient {
  readonly #address: RedisAddress;
  #socket: Socket | undefined;
  #waiting: Waiting[] = [];

  constructor(address: RedisAddress) {
    this.#address = address;
  }

  /** Sends one command. Rejects with `RedisError` when Redis says no, with a plain error when it is away. */
  async command(...parts: string[]): Promise<Reply> {
    const socket = this.#socket ?? this.#connect();
    const reply = await this.#send(socket, parts);
    if (reply instanceof RedisError) throw reply;
    return reply;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const { host, port, password } = this.#address;
    const socket = connect({ host, port, noDelay: true });
    const reader = new RespReader();
    this.#socket = socket;
    socket.on("data", (chunk) => {
      for (const reply of reader.push(chunk)) this.#waiting.shift()?.resolve(reply);
    });
    socket.on("error", (error) => this.#lose(socket, error));
    socket.on("close", () =>
      this.#lose(socket, new Error(`Redis at ${host}:${port} closed the connection`)),
    );
    if (password !== undefined) this.#send(socket, ["AUTH", password]).catch(() => {});
    return socket;
  }

  #send(socket: Socket, parts: readonly string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      socket.write(encodeRequest(parts));
    });
  }

  #lose(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
    socket.destroy();
  }
}
