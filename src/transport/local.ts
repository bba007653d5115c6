import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { collect } from "./collect.ts";
import {
  type Command,
  type Completed,
  type Connection,
  type End,
  type ExecOptions,
  type RemoteProcess,
  TransportError,
} from "./connection.ts";
import { shellScript } from "./shell.ts";

/** How the machine itself is used as a host. */
export interface LocalOptions {
  readonly name?: string;
  /** Program and first arguments of the POSIX shell. Default `/bin/sh`. */
  readonly shell?: readonly [string, ...string[]];
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The machine that the program runs on, as a host: what is local needs no SSH and is spoken to the same way. */
export class LocalConnection implements Connection {
  readonly host: string;
  readonly #options: LocalOptions;

  constructor(options: LocalOptions = {}) {
    this.host = options.name ?? "localhost";
    this.#options = options;
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<Completed> {
    const began = performance.now();
    return collect(await this.open(command), options, began);
  }

  async open(command: Command): Promise<RemoteProcess> {
    const script = shellScript(command);
    const [program, ...first] = this.#options.shell ?? ["/bin/sh"];
    const child = spawn(program, [...first, "-c", script.text], {
      cwd: this.#options.directory,
      env: this.#options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {});
    child.stdin.write(script.input);
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended: endOf(child),
      close: () => closeStreams(child),
    };
  }

  forward(address: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true });
      socket.once("connect", () => resolve(socket));
      socket.once("error", (error) =>
        reject(
          new TransportError(
            "unreachable",
            this.host,
            `${this.host}: ${address}:${port} cannot be reached: ${error.message}`,
            "check the address, and that something listens there",
            error,
          ),
        ),
      );
    });
  }

  async close(): Promise<void> {}
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    const settle = (code: number | null, signal: string | null): void => {
      if (signal !== null) resolve({ kind: "signalled", signal });
      else resolve({ kind: "exited", status: code ?? 0 });
    };
    child.once("error", (error) => resolve({ kind: "lost", reason: error.message }));
    child.once("close", settle);
    child.once("exit", (code, signal) => setTimeout(() => settle(code, signal), 1000).unref());
  });
}

/** As an SSH server does when its client goes: the streams end, the process is not killed. */
function closeStreams(child: ChildProcess): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
}
