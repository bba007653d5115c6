import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer as createTcpServer } from "node:net";
import { connect } from "node:net";
import ssh2 from "ssh2";
import type { AuthContext, Connection, ParsedKey, ServerChannel, Session } from "ssh2";
import { listen } from "../common/listen.ts";
import type { Listening } from "../common/listen.ts";

export interface SshHostOptions {
  /** Where commands land: their HOME and working directory. */
  readonly directory: string;
  /** Exactly what a command finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly hostKey: string;
  /** Public keys that may log in, as in authorized_keys. */
  readonly authorizedKeys: readonly string[];
  /** A fixed port, for a host that comes back. */
  readonly port?: number;
}

interface Pty {
  readonly columns: number;
}

const utils = ssh2.utils;

/**
 * An SSH server in this process whose commands are run by a real shell in the host's own folder.
 * Closing it drops its connections; what they started goes on, as with sshd.
 */
export async function startSshHost(options: SshHostOptions): Promise<Listening> {
  const keys = options.authorizedKeys.map(parseKey);
  const server = new ssh2.Server({ hostKeys: [options.hostKey] }, (client) => {
    client.on("authentication", (context) => authenticate(context, keys));
    client.on("error", () => client.end());
    client.on("ready", () => serve(client, options));
  });
  // Our own listener in front, so that every socket is known and none waits for Nagle.
  const front = createTcpServer((socket) => server.injectSocket(socket));
  return listen(front, options.port);
}

function parseKey(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

function authenticate(context: AuthContext, keys: readonly ParsedKey[]): void {
  if (context.method !== "publickey") return context.reject(["publickey"]);
  const { algo, data } = context.key;
  const key = keys.find((known) => known.type === algo && known.getPublicSSH().equals(data));
  if (!key) return context.reject(["publickey"]);
  const { signature, blob, hashAlgo } = context;
  if (!signature) return context.accept();
  // What is typed as a boolean is an Error when the signature cannot be read.
  const proven: unknown = blob && key.verify(blob, signature, hashAlgo);
  if (proven === true) context.accept();
  else context.reject(["publickey"]);
}

function serve(client: Connection, options: SshHostOptions): void {
  client.on("session", (accept) => serveSession(accept(), options));
  client.on("tcpip", (accept, reject, { destIP, destPort }) => {
    const target = connect({ host: destIP, port: destPort, noDelay: true, allowHalfOpen: true });
    target.once("error", () => reject());
    target.once("connect", () => {
      target.removeAllListeners("error");
      const stream = accept();
      target.on("error", () => stream.destroy());
      stream.on("error", () => target.destroy());
      stream.on("close", () => target.destroy());
      stream.pipe(target).pipe(stream);
    });
  });
}

function serveSession(session: Session, options: SshHostOptions): void {
  let pty: Pty | undefined;
  let child: ChildProcess | undefined;
  session.on("pty", (accept, _reject, info) => {
    pty = { columns: info.cols };
    accept?.();
  });
  session.on("window-change", (accept) => accept?.());
  // As sshd without AcceptEnv: nothing is taken from the client's environment.
  session.on("env", (_accept, reject) => reject?.());
  session.on("signal", (accept, _reject, info) => {
    accept?.();
    if (child) signal(child, `SIG${info.name}` as NodeJS.Signals);
  });
  session.on("exec", (accept, _reject, info) => {
    child = run(options, info.command, pty);
    const started = child;
    joinStreams(accept(), started, pty);
  });
}

function run(
  { directory, env }: SshHostOptions,
  command: string,
  pty: Pty | undefined,
): ChildProcess {
  const terminal = pty ? { TERM: "xterm", COLUMNS: String(pty.columns) } : {};
  return spawn("/bin/sh", ["-c", command], {
    cwd: directory,
    env: { ...env, ...terminal },
    detached: true,
  });
}

/** Joins a channel and a process; a lost client closes the pipes, and hangs up where there was a terminal. */
function joinStreams(channel: ServerChannel, child: ChildProcess, pty: Pty | undefined): void {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error("a command was started without pipes");
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => stream.destroy());
  channel.on("error", () => channel.destroy());
  channel.pipe(stdin);
  forward(stdout, channel, pty);
  forward(stderr, pty ? channel : channel.stderr, pty);
  let ended = false;
  child.on("error", () => channel.close());
  child.on("exit", (status, name) => {
    ended = true;
    if (name === null) channel.exit(status ?? 255);
    else channel.exit(name.replace(/^SIG/, ""), false);
  });
  child.on("close", () => channel.end());
  channel.on("close", () => {
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    if (pty && !ended) signal(child, "SIGHUP");
  });
}

/** Without closing the other side: a channel ends once, after both streams. A terminal turns \n into \r\n. */
function forward(
  from: NodeJS.ReadableStream,
  to: NodeJS.WritableStream,
  pty: Pty | undefined,
): void {
  from.on("data", (chunk: Buffer) => {
    const bytes = pty
      ? Buffer.from(chunk.toString("latin1").replaceAll("\n", "\r\n"), "latin1")
      : chunk;
    if (to.write(bytes)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // Its group is gone already.
  }
}
