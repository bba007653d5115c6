import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostAddress } from "../../../src/transport/ssh/connect.ts";

export type KeyType = "ed25519" | "ecdsa" | "rsa";

/** A real OpenSSH server on loopback, with keys and a configuration of its own. */
export interface OpenSshServer {
  readonly directory: string;
  readonly port: number;
  /** Lines for known_hosts, one per host key. */
  readonly knownHosts: string;
  readonly privateKey: string;
  readonly address: (name: string, jump?: string) => HostAddress;
  /** Process numbers of the servers that stand behind open connections. */
  readonly sessions: () => number[];
  /** Ends the listener, gives it other host keys, and starts it again on the same port. */
  readonly restartWithOtherKeys: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function makeKey(path: string, type: KeyType, ...options: string[]): string {
  rmSync(path, { force: true });
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    type,
    "-f",
    path,
    ...(options.includes("-N") ? [] : ["-N", ""]),
    ...options,
  ]);
  return readFileSync(path, "utf8");
}

export async function startOpenSsh(
  options: {
    readonly hostKeys?: readonly KeyType[];
    readonly config?: readonly string[];
    readonly clientKey?: KeyType;
  } = {},
): Promise<OpenSshServer> {
  const directory = mkdtempSync(join(tmpdir(), "openssh-"));
  const port = await freePort();
  const hostKeys = options.hostKeys ?? ["ed25519"];
  const privateKey = makeKey(join(directory, "client"), options.clientKey ?? "ed25519");
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
  const lines = [
    // sshd takes the first value it reads for a word.
    ...(options.config ?? []),
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...hostKeys.map((type) => `HostKey ${join(directory, `host-${type}`)}`),
    `AuthorizedKeysFile ${join(directory, "client.pub")}`,
    `PidFile ${join(directory, "sshd.pid")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
  ];
  writeFileSync(join(directory, "sshd_config"), `${lines.join("\n")}\n`);
  const makeHostKeys = (): void => {
    for (const type of hostKeys) makeKey(join(directory, `host-${type}`), type);
  };
  makeHostKeys();
  const knownHosts = hostKeys
    .map(
      (type) =>
        `[127.0.0.1]:${port} ${readFileSync(join(directory, `host-${type}.pub`), "utf8").trim()}\n`,
    )
    .join("");
  let server = await launch(directory, port);
  return {
    directory,
    port,
    knownHosts,
    privateKey,
    address: (name, jump) => ({
      name,
      address: "127.0.0.1",
      port,
      user: userInfo().username,
      ...(jump === undefined ? {} : { jump }),
    }),
    sessions: () => childrenOf(server.pid ?? -1, "sshd"),
    restartWithOtherKeys: async () => {
      await end(server);
      makeHostKeys();
      server = await launch(directory, port);
    },
    stop: async () => {
      await end(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function launch(directory: string, port: number): Promise<ChildProcess> {
  const arguments_ = [
    "-D",
    "-E",
    join(directory, "sshd.log"),
    "-f",
    join(directory, "sshd_config"),
  ];
  const server = spawn("/usr/sbin/sshd", arguments_, { stdio: "ignore" });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await answers(port)) return server;
    if (server.exitCode !== null) break;
    await sleep(25);
  }
  throw new Error(`sshd did not start: ${readFileSync(join(directory, "sshd.log"), "utf8")}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => resolve(!failed));
  });
}

async function end(server: ChildProcess): Promise<void> {
  for (const pid of childrenOf(server.pid ?? -1)) kill(pid);
  const over = new Promise((resolve) => server.once("exit", resolve));
  if (server.exitCode === null && server.signalCode === null) {
    server.kill("SIGKILL");
    await over;
  }
}

export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Descendants of a process, of one program only if it is named. */
function childrenOf(pid: number, program = ""): number[] {
  const listing = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" });
  const rows = listing.split("\n").map((line) => line.trim().split(/\s+/));
  const direct = rows
    .filter(([, parent, name]) => Number(parent) === pid && (program === "" || name === program))
    .map(([child]) => Number(child));
  return [...direct, ...direct.flatMap((child) => childrenOf(child, program))].filter(
    (child) => child > 1,
  );
}
