import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { HostName } from "../common/inventory-file.ts";
import type { ObjectFault } from "../embedded/mover/object-fault.ts";
import { RedisClient } from "../common/redis-client.ts";
import type { RedisMode } from "../common/redis-server.ts";
import { leaveState } from "../real/left-state.ts";
import { clientOf } from "../real/postgres.ts";
import type { Cluster } from "../real/postgres.ts";
import { signalProcess, startProcessAgain, stopProcess, worldMarker } from "../real/processes.ts";
import { listProcesses } from "../real/process-table.ts";
import type { RealWorld } from "../real/start-real-world.ts";
import { mountedDisk, standInDisk } from "./disk.ts";
import { attachSomebody } from "./embedded-far-side.ts";
import type { FarSide } from "./far-side.ts";
import { readFlags, writeFlag } from "./redis-flags.ts";
import { countLines, shell } from "./shell.ts";

/** The real world from behind: Debian's own parts are stopped, started and asked. */
export function realFarSide(world: RealWorld): FarSide {
  const { hosts, clusters, mover, directory } = world;
  const address = { port: world.redisPort, password: world.secrets["redis_password"] ?? "" };
  const env = (host: HostName) => environmentOf(world, host);
  const sh: FarSide["sh"] = (host, line) => shell(line, hosts[host].directory, env(host));
  const rpc = async (name: string, args: string): Promise<void> => {
    const asked = `'${mover.release}/bin/mover' rpcterms application ${name} '${args}'`;
    const { status, stdout, stderr } = await sh("couch1", asked);
    if (status !== 0) throw new Error(`${asked}: ${stdout}${stderr}`);
  };
  const nodes = () => processesWith((pid) => isNode(pid, directory));
  return {
    sh,
    directory: (host) => hosts[host].directory,
    calls: () => countLines(readIfThere(join(mover.release, "calls"))),
    deployed: (host) => deployedOn(clusters[host]),
    flags: () => readFlags(address),
    setFlag: (name, value) => writeFlag(address, name, value),
    rows: (select) => query(clusters.pg1, select),
    change: async (sql) => void (await query(clusters.pg1, sql)),
    redis: (mode) => disturbRedis(directory, address, mode),
    killNode: () => killAll(nodes),
    pauseNode: () => signalAll(nodes(), "SIGSTOP"),
    resumeNode: () => signalAll(nodes(), "SIGCONT"),
    nodeRuns: () => nodes().length > 0,
    reboot: async (host) => {
      await stopProcess(directory, `sshd-${host}`);
      await killAll(() => processesWith((pid) => isOnHost(pid, hosts[host].directory)));
      startProcessAgain(directory, `sshd-${host}`);
    },
    stopSshd: (host) => stopProcess(directory, `sshd-${host}`),
    startSshd: (host) => {
      startProcessAgain(directory, `sshd-${host}`);
      return Promise.resolve();
    },
    stopDatabase: (host) => stopProcess(directory, `postgres-${host}`, "SIGQUIT"),
    startDatabase: async (host) => {
      startProcessAgain(directory, `postgres-${host}`);
      await untilAnswers(() => query(clusters[host], "SELECT 1"));
    },
    slowDeploy: async (host, seconds) => {
      const makefile = join(hosts[host].directory, "srv/enterprise-chef-server-schema/Makefile");
      const text = readFileSync(makefile, "utf8");
      writeFileSync(makefile, text.replace(/^SLEEP_TIME \?= .*$/m, `SLEEP_TIME ?= ${seconds}`));
      return Promise.resolve();
    },
    failVerify: (host, fails) => Promise.resolve(breakVerify(hosts[host].directory, fails)),
    disturbFlags: async ({ lost, pauseSeconds = 0 }) => {
      if (lost !== undefined) await rpc("set_env", `mover. fault_lost_flag. "${lost}".`);
      await rpc("set_env", `mover. fault_flag_pause. ${pauseSeconds * 1000}.`);
    },
    befall: (...faults) => {
      const file = join(mover.release, "object-faults");
      if (faults.length === 0) rmSync(file);
      else writeFileSync(file, faults.map(erlangFault).join(""));
    },
    smallDisk: async (host, shelf) => {
      const folder = hosts[host].directory;
      return (await mountedDisk(folder, shelf)) ?? standInDisk(folder, shelf);
    },
    // to_erl wants a terminal.
    attachSomebody: () =>
      attachSomebody(
        `script -qefc "'${mover.release}/bin/mover' attach" /dev/null`,
        hosts.couch1.directory,
        env("couch1"),
      ),
    leave: async (folder) => leaveState(world, await readFlags(address), folder),
  };
}

/** A line of the file that mover's stand-in asks what befalls an object. */
function erlangFault({ key, failure }: ObjectFault): string {
  const binary = (text: string): string => `<<"${text.replaceAll(/["\\]/g, "\\$&")}">>`;
  return `{${binary(key)}, ${failure === undefined ? "lost" : binary(failure.message)}}.\n`;
}

/** What sshd's login gives to a command on that host. */
function environmentOf(world: RealWorld, host: HostName): Record<string, string> {
  const home = world.hosts[host].directory;
  return {
    HOME: home,
    TERM: "xterm",
    [worldMarker]: world.directory,
    PATH: `${join(home, "bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  };
}

async function query(cluster: Cluster, sql: string): Promise<readonly string[]> {
  const client = clientOf(cluster);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    return rows.map((row) => row.map((value) => String(value)).join("|"));
  } finally {
    await client.end();
  }
}

/** sqitch's own log of both projects, less what it took back itself: a change that was deployed twice stands there twice. */
async function deployedOn(cluster: Cluster): Promise<Record<string, number>> {
  const rows = await query(
    cluster,
    `SELECT project, change, count(*) FILTER (WHERE event = 'deploy') - count(*) FILTER (WHERE event = 'revert')
     FROM sqitch.events GROUP BY 1, 2`,
  );
  return Object.fromEntries(
    rows.map((row) => {
      const [project = "", change = "", count = "0"] = row.split("|");
      return [`${project} ${change}`, Number(count)];
    }),
  );
}

async function disturbRedis(
  directory: string,
  address: { readonly port: number; readonly password: string },
  mode: RedisMode,
): Promise<void> {
  if (mode === "down") {
    await command(address, "SAVE");
    return stopProcess(directory, "redis");
  }
  if (!(await answers(address))) {
    startProcessAgain(directory, "redis");
    await untilAnswers(() => command(address, "PING"));
  }
  switch (mode) {
    case "read-only":
      return command(address, "REPLICAOF", "127.0.0.1", "1");
    case "out-of-memory":
      return command(address, "CONFIG", "SET", "maxmemory", "1");
    case "hung":
      // Its own CLIENT PAUSE would hold back the command that ends it, too.
      return signalProcess(directory, "redis", "SIGSTOP");
    case "normal":
      signalProcess(directory, "redis", "SIGCONT");
      await command(address, "REPLICAOF", "NO", "ONE");
      await command(address, "CONFIG", "SET", "maxmemory", "0");
  }
}

async function command(
  address: { readonly port: number; readonly password: string },
  ...words: string[]
): Promise<void> {
  const client = new RedisClient({ host: "127.0.0.1", ...address });
  try {
    await client.command(...words);
  } finally {
    client.close();
  }
}

/** A Redis that hangs takes the connection all the same. */
async function answers(address: { readonly port: number; readonly password: string }) {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500));
  return Promise.race([
    late,
    command(address, "PING").then(
      () => true,
      () => false,
    ),
  ]);
}

async function untilAnswers(ask: () => Promise<unknown>): Promise<void> {
  for (let left = 200; ; left -= 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function breakVerify(host: string, fails: boolean): void {
  const folder = join(host, "srv/enterprise-chef-server-schema/verify");
  const file = readdirSync(folder).find((name) => name.startsWith("org_user_invites"));
  if (file === undefined) throw new Error(`${folder} has no org_user_invites`);
  const text = readFileSync(join(folder, file), "utf8");
  const broken = "SELECT 1 / 0;\n";
  writeFileSync(join(folder, file), fails ? broken + text : text.replace(broken, ""));
}

function isNode(pid: number, directory: string): boolean {
  const words = readProc(pid, "cmdline").split("\0");
  return (
    (words[0]?.endsWith("beam.smp") ?? false) &&
    words.includes("mover@127.0.0.1") &&
    has(pid, worldMarker, directory)
  );
}

function isOnHost(pid: number, home: string): boolean {
  return has(pid, "HOME", home) || readProc(pid, "environ").includes(`HOME=${home}/`);
}

function has(pid: number, name: string, value: string): boolean {
  return readProc(pid, "environ").split("\0").includes(`${name}=${value}`);
}

function processesWith(test: (pid: number) => boolean): number[] {
  return listProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => pid !== process.pid && test(pid));
}

async function killAll(find: () => readonly number[]): Promise<void> {
  for (let pids = find(); pids.length > 0; pids = find()) {
    signalAll(pids, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
