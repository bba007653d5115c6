import { setTimeout as sleep } from "node:timers/promises";
import type { ParsedKey } from "ssh2";
import { type Connection, TransportError } from "../connection.ts";
import { connect, type HostAddress } from "./connect.ts";
import type { KnownHosts, PinnedKeys } from "./known-hosts.ts";
import { loadPrivateKey } from "./private-key.ts";
import type { SshConnection } from "./ssh-connection.ts";

export interface HostPoolOptions {
  readonly hosts: ReadonlyMap<string, HostAddress>;
  readonly knownHosts: KnownHosts;
  /** Text of the private key. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** Path of an agent's socket. */
  readonly agent?: string;
  readonly readyTimeoutSeconds?: number;
  readonly keepaliveSeconds?: number;
}

/** How long closing the connections at one distance may take. */
const closeSeconds = 0.5;

/** One connection per host, kept for the phase and made anew when it was lost. */
export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #connections = new Map<string, Promise<SshConnection>>();
  /** The key that a host showed first; a pinned but different one later is still a different server. */
  readonly #shown = new Map<string, Buffer>();
  #key: ParsedKey | undefined;
  /** Aborted when nothing is connected any more. */
  readonly #closed = new AbortController();

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /** Resolves with the host's connection; rejects with a `TransportError`. Concurrent callers share one attempt. */
  get(host: string): Promise<Connection> {
    return this.#get(host, []);
  }

  /** Closes every connection, those behind a jump host first, and makes no other from then on. Never throws. */
  async closeAll(): Promise<void> {
    this.#closed.abort();
    const all = Map.groupBy(this.#connections, ([host]) => this.#depth(host));
    this.#connections.clear();
    for (const depth of [...all.keys()].toSorted((one, other) => other - one)) {
      const closing = (all.get(depth) ?? []).map(([, connection]) =>
        connection.then((open) => open.close()),
      );
      const late = sleep(closeSeconds * 1000, undefined, { ref: false });
      await Promise.race([Promise.allSettled(closing), late]);
    }
  }

  async #get(host: string, from: readonly string[]): Promise<SshConnection> {
    refuseCircle(host, from);
    if (this.#closed.signal.aborted) throw tooLate(host);
    const known = this.#connections.get(host);
    if (known !== undefined) {
      const connection = await known;
      if (connection.lostReason === undefined) return connection;
      if (this.#connections.get(host) === known) this.#connections.delete(host);
      return this.#get(host, from);
    }
    const connecting = this.#connect(host, from);
    this.#connections.set(host, connecting);
    connecting.catch(() => {
      if (this.#connections.get(host) === connecting) this.#connections.delete(host);
    });
    return connecting;
  }

  async #connect(name: string, from: readonly string[]): Promise<SshConnection> {
    const host = this.#address(name, from);
    const privateKey = this.#privateKey();
    const { agent, readyTimeoutSeconds, keepaliveSeconds } = this.#options;
    const pinned = this.#pinned(host);
    const via = host.jump === undefined ? undefined : await this.#get(host.jump, [...from, name]);
    const connection = await connect({
      signal: this.#closed.signal,
      host,
      pinned,
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(agent === undefined ? {} : { agent }),
      ...(via === undefined ? {} : { via }),
      ...(readyTimeoutSeconds === undefined ? {} : { readyTimeoutSeconds }),
      ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
    });
    this.#shown.set(name, connection.hostKey);
    return connection;
  }

  #address(name: string, from: readonly string[]): HostAddress {
    const host = this.#options.hosts.get(name);
    if (host === undefined) {
      const asked = from.length === 0 ? "" : `, the jump host of ${from.at(-1)},`;
      throw new TransportError(
        "unreachable",
        name,
        `${name}${asked} is not in the inventory`,
        "add it to the inventory's hosts",
      );
    }
    return host;
  }

  #privateKey(): ParsedKey | undefined {
    const { privateKey, passphrase } = this.#options;
    if (privateKey === undefined) return undefined;
    this.#key ??= loadPrivateKey(privateKey, passphrase);
    return this.#key;
  }

  #pinned(host: HostAddress): PinnedKeys {
    const pinned = this.#options.knownHosts.lookup(host.address, host.port);
    const shown = this.#shown.get(host.name);
    if (shown === undefined) return pinned;
    return { keys: pinned.keys.filter((key) => key.blob.equals(shown)), revoked: pinned.revoked };
  }

  #depth(name: string | undefined, limit = 20): number {
    const jump = name === undefined ? undefined : this.#options.hosts.get(name)?.jump;
    return jump === undefined || limit === 0 ? 0 : 1 + this.#depth(jump, limit - 1);
  }
}

/** Checked before anything is waited for: two hosts that jump through each other would wait forever. */
function refuseCircle(name: string, from: readonly string[]): void {
  if (!from.includes(name)) return;
  const circle = [...from, name].join(" → ");
  throw new TransportError(
    "unreachable",
    name,
    `the jump hosts run in a circle: ${circle}`,
    "correct `jump` in the inventory",
  );
}

/** Work that nobody waits for any more would otherwise connect anew, and outlive its job. */
function tooLate(host: string): TransportError {
  return new TransportError(
    "lost",
    host,
    `${host}: no connection is made any more, since the run has ended`,
    "run the phase again",
  );
}
