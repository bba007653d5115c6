import { spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKeyPair } from "../../worlds/common/key-pair.ts";
import { killProcesses, markName } from "../../worlds/embedded/processes.ts";
import type { SshHostOptions } from "../../worlds/embedded/ssh-host.ts";

export const hosts = ["one", "two"] as const;
export type HostName = (typeof hosts)[number];

export const environment = "walk";

/** Two hosts with SSH servers on which one walk at a time is walked; they outlive it, what it left does not. */
export interface Ground {
  readonly directory: string;
  readonly ports: Readonly<Record<HostName, number>>;
  readonly hostKey: string;
  readonly sshPrivateKey: string;
  path(host: HostName, name?: string): string;
  /** Where the journal lies, on host `one`. */
  readonly journal: string;
  /** Ends everything that runs on a host; only files are left. */
  reboot(host: HostName): Promise<void>;
  /** As if nothing had ever been done here. */
  clear(): Promise<void>;
}

/** What each host needs done, by the runbook. */
export const needs: Readonly<Record<HostName, readonly string[]>> = {
  one: ["schema", "notice", "offline", "online"],
  two: ["schema", "index", "convert"],
};

const programs = join(import.meta.dirname, "bin");

/** Makes grounds and starts their servers, all in one small process. */
export async function startGrounds(
  count: number,
): Promise<{ readonly grounds: readonly Ground[]; stop(): Promise<void> }> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "walk-")));
  const keys = { host: makeKeyPair(), client: makeKeyPair() };
  const names = Array.from({ length: count }, (_, index) => join(directory, String(index)));
  const servers = names.flatMap((ground) =>
    hosts.map((host) => serverOf(ground, host, keys.host.private, keys.client.public)),
  );
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "hosts-process.ts"), JSON.stringify(servers)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", (line: Buffer) => resolve(JSON.parse(String(line)) as number[]));
  });
  const grounds = names.map((name, index): Ground => {
    const [one = 0, two = 0] = ports.slice(index * hosts.length);
    return groundOf(name, { one, two }, keys.host.public, keys.client.private);
  });
  const stop = async (): Promise<void> => {
    for (const name of names) await killProcesses(name);
    child.stdin.end();
    await once(child, "exit");
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  return { grounds, stop };
}

function serverOf(
  ground: string,
  host: HostName,
  hostKey: string,
  authorizedKey: string,
): SshHostOptions {
  const directory = join(ground, host);
  const bin = join(directory, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of readdirSync(programs))
    copyFileSync(join(programs, program), join(bin, program));
  const env = {
    HOME: directory,
    LC_ALL: "C",
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    [markName]: `${ground}.${host}`,
  };
  return { directory, env, hostKey, authorizedKeys: [authorizedKey] };
}

function groundOf(
  directory: string,
  ports: Ground["ports"],
  hostKey: string,
  sshPrivateKey: string,
): Ground {
  const path = (host: HostName, name = ""): string => join(directory, host, name);
  const journal = path("one", "journal");
  const clear = async (): Promise<void> => {
    await killProcesses(directory);
    for (const host of hosts) clearHost(path(host), host);
    rmSync(join(directory, "runners"), { recursive: true, force: true });
    mkdirSync(journal);
    writeFileSync(join(journal, "environment"), `${environment}\n`);
  };
  const reboot = (host: HostName): Promise<void> => killProcesses(`${directory}.${host}`);
  return { directory, ports, hostKey, sshPrivateKey, path, journal, reboot, clear };
}

function clearHost(folder: string, host: HostName): void {
  for (const name of readdirSync(folder).filter((one) => one !== "bin"))
    rmSync(join(folder, name), { recursive: true, maxRetries: 5 });
  const own = readdirSync(programs);
  for (const name of readdirSync(join(folder, "bin")).filter((one) => !own.includes(one)))
    rmSync(join(folder, "bin", name));
  mkdirSync(join(folder, "var/working"), { recursive: true });
  writeFileSync(join(folder, "needs"), `${needs[host].join(" ")}\n`);
  writeFileSync(join(folder, "ledger"), "");
}
