import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { TransportError } from "../connection.ts";
import { checkNetwork, type ConnectOptions, isOneOf } from "./host-address.ts";
import { algorithmsFor } from "./host-key.ts";
import { lookupName } from "./known-hosts.ts";
import { login } from "./login.ts";
import type { SshConnection } from "./ssh-connection.ts";

export type { ConnectOptions, HostAddress } from "./host-address.ts";

/** Opens one verified connection; every way in which that fails is a `TransportError` that says what to do. */
export async function connect(options: ConnectOptions): Promise<SshConnection> {
  refuseUnpinned(options);
  refuseWithoutLogin(options);
  const deadline = (options.readyTimeoutSeconds ?? 20) * 1000;
  const began = performance.now();
  const sock = await openSocket(options, deadline);
  const left = Math.max(1000, deadline - (performance.now() - began));
  const listen = closedOn(sock, options.signal);
  return login(options, sock, left).finally(listen.over);
}

/** A host that never answers would otherwise keep a run that has ended until its time is up. */
function closedOn(sock: Duplex, signal: AbortSignal | undefined): { over: () => void } {
  const close = (): void => void sock.destroy(new Error("the run has ended"));
  if (signal?.aborted === true) close();
  else signal?.addEventListener("abort", close, { once: true });
  return { over: () => signal?.removeEventListener("abort", close) };
}

function refuseUnpinned({ host, pinned }: ConnectOptions): void {
  const name = lookupName(host.address, host.port);
  const add = `get it with \`ssh-keyscan -p ${host.port} ${host.address}\`, compare its fingerprint with what the host's console shows, and add the line for ${name} to known_hosts`;
  if (pinned.keys.length === 0) {
    throw new TransportError(
      "no-pinned-key",
      host.name,
      `${host.name}: known_hosts has no key for ${name}`,
      add,
    );
  }
  const good = pinned.keys.filter((key) => !isOneOf(key.blob, pinned.revoked));
  if (good.length === 0) {
    throw new TransportError(
      "revoked-key",
      host.name,
      `${host.name}: every key that known_hosts has for ${name} is marked @revoked`,
      add,
    );
  }
  if (algorithmsFor(good).length === 0) {
    const types = good.map((key) => key.type).join(", ");
    throw new TransportError(
      "no-pinned-key",
      host.name,
      `${host.name}: known_hosts has only keys of types that cannot be used for ${name}: ${types}`,
      `pin an Ed25519, ECDSA or RSA key; ${add}`,
    );
  }
}

function refuseWithoutLogin({ host, privateKey, agent }: ConnectOptions): void {
  if (privateKey !== undefined || agent !== undefined) return;
  throw new TransportError(
    "authentication",
    host.name,
    `${host.name}: there is neither a private key nor an agent to log in with`,
    "set the secret that holds the private key",
  );
}

function openSocket({ host, via, signal }: ConnectOptions, deadline: number): Promise<Duplex> {
  if (via !== undefined) return via.forward(host.address, host.port);
  return new Promise((resolve, reject) => {
    // Without noDelay each packet of ssh2 waits for the other side's delayed acknowledgement.
    const socket = connectTcp({ host: host.address, port: host.port, noDelay: true });
    const where = `${host.name} (${host.address}:${host.port})`;
    const listen = closedOn(socket, signal);
    const timer = setTimeout(() => {
      listen.over();
      socket.destroy();
      reject(
        new TransportError(
          "timeout",
          host.name,
          `${where} did not answer within ${deadline / 1000} s`,
          checkNetwork,
        ),
      );
    }, deadline);
    const failed = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      listen.over();
      reject(
        new TransportError(
          "unreachable",
          host.name,
          `${where} cannot be reached: ${tcpReason(error)}`,
          checkNetwork,
          error,
        ),
      );
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      clearTimeout(timer);
      listen.over();
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

function tcpReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "nobody listens on that port";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the name is not known to DNS";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no route to it";
    case "ETIMEDOUT":
      return "no answer";
    default:
      return error.message;
  }
}
