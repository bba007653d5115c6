import type { ParsedKey } from "ssh2";
import type { Connection } from "../connection.ts";
import type { PinnedKeys } from "./known-hosts.ts";

/** Where a host is and as whom it is entered. */
export interface HostAddress {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Name of the host through which this one is reached. */
  readonly jump?: string;
}

export interface ConnectOptions {
  readonly host: HostAddress;
  readonly pinned: PinnedKeys;
  readonly privateKey?: ParsedKey;
  /** Path of an agent's socket. It is asked for signatures and never forwarded. */
  readonly agent?: string;
  /** An open connection to the jump host. */
  readonly via?: Connection;
  /** Default 20. */
  readonly readyTimeoutSeconds?: number;
  /** A silent peer is given up after four times this. Default 5. */
  readonly keepaliveSeconds?: number;
  /** Ends a connecting that nobody waits for any more. */
  readonly signal?: AbortSignal;
}

/** What to look at when a host cannot be reached. */
export const checkNetwork =
  "check address and port in the inventory, that sshd runs there, and that the runner's network may reach it";

/** Compares keys by their bytes, since their text has many forms. */
export function isOneOf(key: Buffer, keys: readonly { readonly blob: Buffer }[]): boolean {
  return keys.some((other) => other.blob.equals(key));
}
