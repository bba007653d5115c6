import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";

/** The way from the runner to one host, which can be cut in the ways in which networks are cut. */
export class Link {
  readonly port: number;
  readonly #server: Server;
  readonly #to: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #open = true;
  #held = false;
  #connections = 0;
  /** Told of each piece that the runner sends. */
  onSent: (() => void) | undefined;

  private constructor(server: Server, port: number, to: number) {
    this.#server = server;
    this.port = port;
    this.#to = to;
    server.on("connection", (socket: Socket) => this.#join(socket));
  }

  /** Opens a way to a port of this machine. */
  static async to(port: number): Promise<Link> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a link has no port");
    return new Link(server, address.port, port);
  }

  /** How often the runner has connected, whatever came of it. */
  get connections(): number {
    return this.#connections;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** What is connected hears nothing more and is told nothing, as when a router forgets; new connections work. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      for (const socket of [near, far]) {
        socket.unpipe();
        socket.removeAllListeners("data");
        socket.pause();
      }
    }
  }

  /** What the runner sends waits on its way, also on new connections, until it is let go. */
  hold(): void {
    this.#held = true;
    for (const [near, far] of this.#pairs) near.unpipe(far).pause();
  }

  /** What waited arrives, late. */
  letGo(): void {
    this.#held = false;
    for (const [near, far] of this.#pairs) near.pipe(far);
  }

  /** What is connected is reset; new connections work. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  /** What is connected is reset, and nobody comes through any more. */
  close(): void {
    this.#open = false;
    this.cut();
  }

  open(): void {
    this.#open = true;
  }

  async stop(): Promise<void> {
    this.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #join(near: Socket): void {
    this.#connections += 1;
    if (!this.#open) return void near.resetAndDestroy();
    const far = connect({ port: this.#to, host: "127.0.0.1", noDelay: true });
    near.setNoDelay(true);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = (): void => {
      for (const socket of pair) socket.destroy();
      this.#pairs.delete(pair);
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    near.on("data", () => this.onSent?.());
    if (!this.#held) near.pipe(far);
    far.pipe(near);
  }
}
