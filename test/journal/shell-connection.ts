import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { busybox, hasBusybox } from "../support/busybox.ts";
import type {
  Command,
  Completed,
  Connection,
  End,
  ExecOptions,
  RemoteProcess,
} from "../../src/transport/connection.ts";

export interface HostShell {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The shells that a journal host may have; busybox with nothing but its own programs. */
export const shells: readonly (readonly [string, HostShell])[] = [
  ["dash and coreutils", { command: ["dash"], env: {} }],
  ...(hasBusybox
    ? [["busybox", { command: [busybox, "sh"], env: { PATH: busyboxPrograms() } }] as const]
    : []),
];

function busyboxPrograms(): string {
  const directory = mkdtempSync(join(tmpdir(), "busybox-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const programs = execFileSync(busybox, ["--list"], { encoding: "utf8" })
    .split("\n")
    .filter((name) => name !== "");
  for (const program of programs) symlinkSync(busybox, join(directory, program));
  return directory;
}

/** A connection to this machine through a real shell, which a test can cut. */
export class ShellConnection implements Connection {
  readonly host = "here";
  opened = 0;
  /** What the host says from now on never arrives. */
  muted = false;
  /** Runs before every command, as a login file does. */
  prelude = "";
  private readonly shell: HostShell;
  private readonly children = new Set<ChildProcess>();
  private down = false;

  constructor(shell: HostShell) {
    this.shell = shell;
  }

  async exec(command: Command, options: ExecOptions = {}): Promise<Completed> {
    const child = this.spawn(command);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk) => (stdout += chunk));
    child.stderr?.on("data", (chunk) => (stderr += chunk));
    child.stdin?.on("error", () => undefined); // it may end without having read
    child.stdin?.end(options.stdin ?? "");
    const end = await this.end(child);
    return { end, stdout, stderr, seconds: 0, truncated: false };
  }

  async open(command: Command): Promise<RemoteProcess> {
    const child = this.spawn(command);
    this.opened += 1;
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new Error("no streams");
    const heard = stdout.pipe(this.ears());
    return { stdin, stdout: heard, stderr, ended: this.end(child), close: () => stdin.destroy() };
  }

  /** What runs hangs: it neither says anything nor ends. */
  pause(): void {
    for (const child of this.children) child.kill("SIGSTOP");
  }

  /** What runs loses its channel, and nothing can be started any more. */
  cut(): void {
    this.down = true;
    for (const child of this.children) child.kill("SIGKILL");
  }

  forward(): Promise<never> {
    return Promise.reject(new Error("not offered"));
  }

  async close(): Promise<void> {
    this.cut();
  }

  private ears(): Transform {
    return new Transform({
      transform: (chunk, _encoding, pass) => (this.muted ? pass() : pass(null, chunk)),
    });
  }

  private spawn(command: Command): ChildProcess {
    if (this.down) throw new Error("no route to host");
    const [program = "", ...args] = this.shell.command;
    const env = { ...process.env, ...this.shell.env, ...command.env };
    const child = spawn(program, [...args, "-c", `${this.prelude}\n${command.line}`], {
      env,
      cwd: command.directory,
    });
    this.children.add(child);
    return child;
  }

  private end(child: ChildProcess): Promise<End> {
    return new Promise((resolve) => {
      child.on("error", (error) => resolve({ kind: "lost", reason: error.message }));
      child.on("close", (status, signal) => {
        this.children.delete(child);
        if (this.down) resolve({ kind: "lost", reason: "connection cut" });
        else if (signal !== null) resolve({ kind: "signalled", signal });
        else resolve({ kind: "exited", status: status ?? 0 });
      });
    });
  }
}
