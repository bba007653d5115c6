/** A command as a value: what to run, where and with which environment. Quoted in one place, `shell.ts`. */
export interface Command {
  /** POSIX shell text, exactly as the runbook's author wrote it. */
  readonly line: string;
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables whose values must never stand in argv, a file or the journal: they travel on standard input. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** How a remote process ended. `lost` means that nobody knows: it is never read as an exit status. */
export type End =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "lost"; readonly reason: string };

/** Success and failure have the same shape. */
export interface Completed {
  readonly end: End;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** True when stdout or stderr was longer than the limit and was cut. */
  readonly truncated: boolean;
}

export interface ExecOptions {
  readonly signal?: AbortSignal;
  readonly timeoutSeconds?: number;
  /** Bytes kept of each stream; what comes after is read and dropped. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Text for the command's standard input; without it the command reads end-of-file. */
  readonly stdin?: string;
}

/** A process with its three streams, for what outlives one answer: a console, a journal, a followed log. */
export interface RemoteProcess {
  readonly stdin: import("node:stream").Writable;
  readonly stdout: import("node:stream").Readable;
  readonly stderr: import("node:stream").Readable;
  /** Settles once, never rejects. */
  readonly ended: Promise<End>;
  /** Ends our side of it; what runs on the host sees its channel closed. */
  close(): void;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

/** One host, reached once and kept for the phase. Throws `TransportError` when the host cannot be reached. */
export interface Connection {
  readonly host: string;
  /** Runs a short command attached to its channel. For read-only work: it dies with the connection. */
  exec(command: Command, options?: ExecOptions): Promise<Completed>;
  /** Starts a process and hands over its streams. */
  open(command: Command, terminal?: Terminal): Promise<RemoteProcess>;
  /** A TCP stream to an address as the host sees it. */
  forward(address: string, port: number): Promise<import("node:stream").Duplex>;
  close(): Promise<void>;
}

/** Why a host could not be reached; `next` says what a person can do. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly host: string;
  readonly code:
    | "unreachable"
    | "timeout"
    | "no-pinned-key"
    | "changed-key"
    | "revoked-key"
    | "authentication"
    | "bad-private-key"
    | "bad-known-hosts"
    | "lost";
  readonly next: string;
  constructor(
    code: TransportError["code"],
    host: string,
    message: string,
    next: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.host = host;
    this.next = next;
  }
}
