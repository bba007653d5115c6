import type { SignVersion } from "../chef/sign.ts";
import type { Command } from "../transport/connection.ts";
import type { ConsoleOptions } from "../transport/console/console.ts";

/** A command on one host, with the names of the secrets that it gets as environment variables. */
export interface HostCommand {
  readonly host: string;
  readonly command: Command;
  /** Environment variable to secret name. */
  readonly secretNames: Readonly<Record<string, string>>;
}

/** An expression in a console and the pattern that its value must match. */
export interface Expectation {
  readonly eval: string;
  readonly expect: string;
}

export interface Reading {
  readonly name: string;
  readonly title: string;
  readonly names: readonly string[];
  /** Every one of these hosts must give the same answer. */
  readonly on: readonly HostCommand[];
}

export interface LogFile {
  readonly host: string;
  /** A glob on the host. */
  readonly files: string;
}

export interface Log {
  readonly name: string;
  readonly on: readonly LogFile[];
  /** Regular expression with named groups. */
  readonly entry: string;
}

export interface ConsoleResource extends ConsoleOptions {
  readonly ready: readonly Expectation[];
}

type StatusPattern = Readonly<Record<string, string>>;

/** How an asynchronous job in a console is followed; patterns are term patterns of the status' values. */
export interface Poll {
  readonly name: string;
  readonly status: string;
  readonly everySeconds: number;
  readonly before: readonly Expectation[];
  readonly idle: StatusPattern;
  readonly busy: readonly StatusPattern[];
  readonly done: StatusPattern;
  readonly stopped: StatusPattern;
  readonly counters: { readonly done: string; readonly failed: string };
  readonly sticky: StatusPattern;
  readonly stalled:
    | { readonly when: StatusPattern; readonly times: number; readonly free: string }
    | undefined;
}

/** One side of a comparison: a command that prints a number or keys, or an expression that gives keys. */
export type Side =
  | { readonly type: "run"; readonly on: HostCommand; readonly gives: "number" | "keys" }
  | {
      readonly type: "eval";
      readonly console: string;
      readonly eval: string;
      readonly gives: "keys";
    };

export interface Reconciliation {
  readonly name: string;
  readonly title: string;
  readonly sides: Readonly<Record<"source" | "dets" | "sql", Side>>;
  readonly failures: readonly string[];
}

/** What failures refer to: its keys at the source, and where it can be asked, those that arrived. */
export interface Reference {
  readonly name: string;
  readonly title: string;
  readonly source: Side;
  readonly sql: Side | undefined;
}

/** A Chef server's organization and who speaks to it; key and certificates are names of secrets. */
export interface ChefServer {
  readonly url: string;
  readonly client: string;
  readonly key: string;
  readonly ca: string | undefined;
  readonly version: SignVersion;
  /** The host whose connection leads to the server; undefined where it is reached from here. */
  readonly host: string | undefined;
}

/** Who signs requests; the key is the name of a secret. */
export interface DeclaredSigner {
  readonly name: string;
  readonly client: string;
  readonly key: string;
  readonly version: SignVersion;
}

/** Everything that a runbook names and its steps refer to, resolved for one environment. */
export interface Resources {
  readonly readings: Readonly<Record<string, Reading>>;
  readonly logs: Readonly<Record<string, Log>>;
  readonly consoles: Readonly<Record<string, ConsoleResource>>;
  readonly polls: Readonly<Record<string, Poll>>;
  readonly reconciliations: Readonly<Record<string, Reconciliation>>;
  readonly references: Readonly<Record<string, Reference>>;
  readonly chef: ChefServer | undefined;
  readonly signers: Readonly<Record<string, DeclaredSigner>>;
}
