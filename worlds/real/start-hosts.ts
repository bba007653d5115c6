import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostNames, knownHostsLine } from "../common/inventory-file.ts";
import type { HostName } from "../common/inventory-file.ts";
import { hostFolder } from "./hosts.ts";
import { settled } from "./site.ts";
import type { Site } from "./site.ts";
import { makeKey, startSshd } from "./sshd.ts";
import type { Sshd } from "./sshd.ts";

/** A host of the fleet: its folder, and the port of its sshd. */
export interface RealHost {
  readonly name: HostName;
  readonly directory: string;
  readonly sshPort: number;
}

/** The way in: every host, the keys that they show, and the one that opens them. */
export interface Access {
  readonly hosts: Readonly<Record<HostName, RealHost>>;
  readonly knownHosts: string;
  readonly sshPrivateKey: string;
  readonly keyFile: string;
}

/** Starts an sshd for every host and makes the client's key. */
export async function startHosts({ directory, options }: Site): Promise<Access> {
  const keyFile = makeKey(join(directory, "id_ed25519"));
  const servers = await Promise.all(
    await settled(hostNames.map((name) => startSshd(directory, name, `${keyFile}.pub`))),
  );
  options.log(`${servers.length} hosts answer over SSH`);
  const knownHosts = servers.map(({ port, publicKey }) => knownHostsLine(port, publicKey)).join("");
  writeFileSync(join(directory, "known_hosts"), knownHosts);
  const host = ({ host: name, port: sshPort }: Sshd): [HostName, RealHost] => [
    name,
    { name, directory: hostFolder(directory, name), sshPort },
  ];
  return {
    hosts: Object.fromEntries(servers.map(host)) as Record<HostName, RealHost>,
    knownHosts,
    sshPrivateKey: readFileSync(keyFile, "utf8"),
    keyFile,
  };
}
