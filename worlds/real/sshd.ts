import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { quote } from "../common/node-program.ts";
import { hostFolder } from "./hosts.ts";
import type { HostName } from "../common/inventory-file.ts";
import { makeKeyPair } from "../common/key-pair.ts";
import { startProcess, untilReady, worldMarker } from "./processes.ts";
import { withTerminals } from "./with-terminals.ts";
import type { CommandLine } from "./with-terminals.ts";

/** A running sshd: where it listens, and the key that it shows. */
export interface Sshd {
  readonly host: HostName;
  readonly port: number;
  readonly publicKey: string;
}

/** Makes a key pair without a passphrase, as ssh-keygen writes it, and gives its private half's file. */
export function makeKey(file: string): string {
  const pair = makeKeyPair();
  writeFileSync(file, pair.private, { mode: 0o600 });
  writeFileSync(`${file}.pub`, `${pair.public}\n`);
  return file;
}

/** Starts the real sshd for one host, for the user that runs the world; the host's folder is all it shows. */
export async function startSshd(
  directory: string,
  host: HostName,
  publicKeyFile: string,
): Promise<Sshd> {
  const folder = join(directory, "sshd", host);
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const hostKey = makeKey(join(folder, "host_key"));
  const port = await freePort();
  writeFileSync(join(folder, "login"), loginScript(directory, host), { mode: 0o755 });
  const home = hostFolder(directory, host);
  const config = configText({ folder, home, hostKey, port, publicKeyFile });
  writeFileSync(join(folder, "sshd_config"), config);
  const command: CommandLine = ["/usr/sbin/sshd", "-D", "-e", "-f", join(folder, "sshd_config")];
  const started = startProcess(directory, `sshd-${host}`, withTerminals(folder, command));
  await untilReady(started, () => greets(port));
  return { host, port, publicKey: readFileSync(`${hostKey}.pub`, "utf8") };
}

interface Config {
  readonly folder: string;
  /** The host's folder, which is the login's home. */
  readonly home: string;
  readonly hostKey: string;
  readonly port: number;
  readonly publicKeyFile: string;
}

function configText({ folder, home, hostKey, port, publicKeyFile }: Config): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey "${hostKey}"
PidFile "${join(folder, "sshd.pid")}"
AuthorizedKeysFile "${publicKeyFile}"
StrictModes no
UsePAM ${needsPam() ? "yes" : "no"}
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers ${userInfo().username}
AllowTcpForwarding yes
PermitTTY yes
PrintMotd no
PrintLastLog no
UseDNS no
MaxStartups 200:30:400
LogLevel INFO
# The user's own shell starts the login, and reads its start files from there: none of this machine's.
SetEnv "HOME=${home}"
ForceCommand "${join(folder, "login")}"
`;
}

/** Without PAM, sshd refuses an account whose password is locked, as root's is on some machines. */
function needsPam(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/etc/shadow")) return false;
  return /^root:!/m.test(readFileSync("/etc/shadow", "utf8"));
}

/** What sshd runs instead of the command that the client asks for: that command, on "this host". */
function loginScript(directory: string, host: HostName): string {
  const home = hostFolder(directory, host);
  return `#!/bin/sh
# Commands of ${host} land in its own folder, its own programs before the machine's.
export HOME=${quote(home)} ${worldMarker}=${quote(directory)}
export PATH=${quote(join(home, "bin"))}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$HOME" || exit 1
command=$SSH_ORIGINAL_COMMAND
unset SSH_ORIGINAL_COMMAND
if [ -n "$command" ]; then exec /bin/sh -c "$command"; fi
exec /bin/sh
`;
}

/** Whether the port answers with SSH's greeting. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (chunk) => end(chunk.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
