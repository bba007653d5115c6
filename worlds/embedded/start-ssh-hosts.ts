import { hostNames, knownHostsLine } from "../common/inventory-file.ts";
import type { HostName } from "../common/inventory-file.ts";
import { makeKeyPair } from "../common/key-pair.ts";
import type { Listening } from "../common/listen.ts";
import type { HostFolder } from "./host-folder.ts";
import { killProcesses, markName } from "./processes.ts";
import { startSshHost } from "./ssh-host.ts";
import type { SshHostOptions } from "./ssh-host.ts";
import type { Ends, Folders } from "./world-parts.ts";

export interface EmbeddedHost extends HostFolder {
  readonly sshPort: number;
  /** Drops every connection and refuses new ones; what runs on the host goes on. */
  stopSshd(): Promise<void>;
  /** Answers again, on the same port and with the same key. */
  startSshd(): Promise<void>;
  /** Ends everything that runs on the host, and its connections; only files are left. */
  reboot(): Promise<void>;
}

/** The hosts and what a client needs to enter them. */
export interface Access {
  readonly hosts: Readonly<Record<HostName, EmbeddedHost>>;
  readonly knownHosts: string;
  readonly sshPrivateKey: string;
}

/** Starts an SSH server per host, with keys that were made for this world alone. */
export async function startSshHosts(folders: Folders, ends: Ends): Promise<Access> {
  const client = makeKeyPair();
  const hosts: [HostName, EmbeddedHost][] = [];
  let knownHosts = "";
  for (const name of hostNames) {
    const hostKey = makeKeyPair();
    const keys = { hostKey: hostKey.private, authorizedKeys: [client.public] };
    const host = await startHost(folders[name], keys, ends);
    hosts.push([name, host]);
    knownHosts += knownHostsLine(host.sshPort, hostKey.public);
  }
  return {
    hosts: Object.fromEntries(hosts) as Record<HostName, EmbeddedHost>,
    knownHosts,
    sshPrivateKey: client.private,
  };
}

async function startHost(
  folder: HostFolder,
  keys: Pick<SshHostOptions, "hostKey" | "authorizedKeys">,
  ends: Ends,
): Promise<EmbeddedHost> {
  const { directory, env } = folder;
  const settings = { directory, env, ...keys };
  let server: Listening | undefined = await startSshHost(settings);
  const { port } = server;
  const stopSshd = async () => {
    await server?.close();
    server = undefined;
  };
  const startSshd = async () => {
    server ??= await startSshHost({ ...settings, port });
  };
  const reboot = async () => {
    await stopSshd();
    await killProcesses(env[markName] ?? "");
    await startSshd();
  };
  ends.push(stopSshd);
  return { ...folder, sshPort: port, stopSshd, startSshd, reboot };
}
