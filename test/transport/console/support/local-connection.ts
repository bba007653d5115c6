import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { text } from "node:stream/consumers";
import type {
  Command,
  Completed,
  Connection,
  End,
  ExecOptions,
  RemoteProcess,
  Terminal,
} from "../../../../src/transport/connection.ts";

/** As sshd starts a command: nothing says which terminal there is. */
const { TERM: _, ...withoutTerminal } = process.env;

/** This machine as a host: the console's tests need a real terminal and no network. */
export class LocalConnection implements Connection {
  readonly host = "localhost";
  readonly #open = new Set<ChildProcess>();

  async exec(command: Command, options: ExecOptions = {}): Promise<Completed> {
    const began = Date.now();
    const child = spawn("/bin/sh", ["-c", command.line], {
      cwd: command.directory,
      env: { ...withoutTerminal, ...command.env },
      detached: true,
    });
    const kill = (): void => void (child.pid !== undefined && process.kill(-child.pid, "SIGTERM"));
    const limit = setTimeout(kill, (options.timeoutSeconds ?? 600) * 1000);
    child.stdin.end(options.stdin);
    const [stdout, stderr, end] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended(child),
    ]);
    clearTimeout(limit);
    return { end, stdout, stderr, seconds: (Date.now() - began) / 1000, truncated: false };
  }

  async open(command: Command, terminal?: Terminal): Promise<RemoteProcess> {
    const size = `stty rows ${terminal?.rows ?? 24} cols ${terminal?.columns ?? 80}`;
    const args = ["-qefc", `${size}; ${command.line}`, "/dev/null"];
    const child: ChildProcessWithoutNullStreams = spawn("script", args, { cwd: command.directory });
    this.#open.add(child);
    child.on("close", () => this.#open.delete(child));
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended: ended(child),
      close: () => void child.kill("SIGKILL"),
    };
  }

  async forward(): Promise<never> {
    throw new Error("nothing is forwarded here");
  }

  /** Cuts every open terminal as a dropped connection does. */
  async close(): Promise<void> {
    const closed = [...this.#open].map((child) => ended(child));
    for (const child of this.#open) child.kill("SIGKILL");
    await Promise.all(closed);
  }
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.on("close", (status, signal) => {
      if (signal === "SIGKILL") resolve({ kind: "lost", reason: "the connection was cut" });
      else if (signal !== null) resolve({ kind: "signalled", signal });
      else resolve({ kind: "exited", status: status ?? 0 });
    });
  });
}
