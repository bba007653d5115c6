import type { Duplex } from "node:stream";
import ssh2, { type Algorithms, type AnyAuthMethod, type Client, type ConnectConfig } from "ssh2";
import { TransportError } from "../connection.ts";
import { algorithmsFor, fingerprint } from "./host-key.ts";
import { checkNetwork, type ConnectOptions, type HostAddress, isOneOf } from "./host-address.ts";
import { lookupName } from "./known-hosts.ts";
import { SshConnection } from "./ssh-connection.ts";

/** Fast ciphers first; nothing with SHA-1, CBC or small groups. */
const algorithms: Algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
  ],
  cipher: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
  ],
  hmac: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
  ],
  compress: ["none"],
};

/** What is known when a login fails, to tell a wrong key of ours from a wrong key of theirs. */
interface Progress {
  refusal?: TransportError;
  hostKey?: Buffer;
  shaken: boolean;
}

/** Logs in over an open stream, having verified the host's key. */
export function login(
  options: ConnectOptions,
  sock: Duplex,
  timeout: number,
): Promise<SshConnection> {
  const { host } = options;
  const client = new ssh2.Client();
  const progress: Progress = { shaken: false };
  return new Promise((resolve, reject) => {
    const failed = (error: Error & { level?: string; code?: unknown }): void => {
      // One key of the agent that cannot sign is not the end: the next one is tried.
      if (error.level === "agent") return;
      reject(progress.refusal ?? loginError(host, error, progress));
      sock.destroy();
    };
    client.on("error", failed);
    client.once("close", () => failed(new Error("the server closed the connection")));
    client.once("handshake", () => (progress.shaken = true));
    client.once("ready", () => {
      if (progress.hostKey !== undefined)
        resolve(new SshConnection(host.name, progress.hostKey, client));
    });
    startLogin(client, options, sock, timeout, progress, failed);
  });
}

function startLogin(
  client: Client,
  options: ConnectOptions,
  sock: Duplex,
  timeout: number,
  progress: Progress,
  failed: (error: Error) => void,
): void {
  const config: ConnectConfig = {
    sock,
    username: options.host.user,
    readyTimeout: timeout,
    keepaliveInterval: (options.keepaliveSeconds ?? 5) * 1000,
    keepaliveCountMax: 3,
    agentForward: false,
    algorithms: { ...algorithms, serverHostKey: algorithmsFor(options.pinned.keys) },
    hostVerifier: (key: Buffer) => verify(key, options, progress),
    authHandler: authentication(options),
  };
  try {
    client.connect(config);
  } catch (error) {
    failed(error instanceof Error ? error : new Error(String(error)));
  }
}

function verify(shown: Buffer, { host, pinned }: ConnectOptions, progress: Progress): boolean {
  const key = Buffer.from(shown);
  const name = lookupName(host.address, host.port);
  const print = fingerprint(key);
  if (isOneOf(key, pinned.revoked)) {
    progress.refusal = new TransportError(
      "revoked-key",
      host.name,
      `${host.name}: ${name} shows the key ${print}, which known_hosts marks @revoked`,
      "do not connect; find out why the host still has that key",
    );
    return false;
  }
  if (!isOneOf(key, pinned.keys)) {
    const wanted = pinned.keys.map((pin) => fingerprint(pin.blob)).join(", ");
    progress.refusal = new TransportError(
      "changed-key",
      host.name,
      `${host.name}: ${name} shows the key ${print}; pinned is ${wanted}`,
      changedKey,
    );
    return false;
  }
  progress.hostKey = key;
  return true;
}

const changedKey =
  "somebody may stand between; only when the host was set up anew, verify its fingerprint on its console and correct known_hosts";

function authentication({ host, privateKey, agent }: ConnectOptions): AnyAuthMethod[] {
  const username = host.user;
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) methods.push({ type: "publickey", username, key: privateKey });
  if (agent !== undefined) methods.push({ type: "agent", username, agent });
  return methods;
}

function loginError(
  host: HostAddress,
  error: Error & { level?: string },
  progress: Progress,
): TransportError {
  const where = `${host.name} (${host.user}@${host.address}:${host.port})`;
  if (error.level === "client-timeout") {
    return new TransportError(
      "timeout",
      host.name,
      `${where} did not finish the login in time`,
      checkNetwork,
      error,
    );
  }
  if (progress.shaken) {
    return new TransportError(
      "authentication",
      host.name,
      `${where} refused the login: ${error.message}`,
      `check that the public key stands in ${host.user}'s authorized_keys on that host, and that the user is right`,
      error,
    );
  }
  if (/no matching host key/i.test(error.message)) {
    return new TransportError(
      "changed-key",
      host.name,
      `${where} has no host key of a pinned type: ${error.message}`,
      changedKey,
      error,
    );
  }
  if (/no matching/i.test(error.message)) {
    return new TransportError(
      "unreachable",
      host.name,
      `${where} offers only algorithms that are too weak: ${error.message}`,
      "enable a modern key exchange and cipher in that host's sshd",
      error,
    );
  }
  return new TransportError(
    "unreachable",
    host.name,
    `${where} gave up the connection before the login: ${error.message}`,
    checkNetwork,
    error,
  );
}
