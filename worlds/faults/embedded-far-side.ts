import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { EmbeddedWorld } from "../embedded/start-embedded-world.ts";
import { leaveState } from "../embedded/left-state.ts";
import { moverPaths } from "../embedded/mover-release.ts";
import { standInDisk } from "./disk.ts";
import type { FarSide, Somebody } from "./far-side.ts";
import { readFlags, writeFlag } from "./redis-flags.ts";
import { countLines, shell } from "./shell.ts";

/** The embedded world from behind: its stand-ins keep what was asked of them in files. */
export function embeddedFarSide(world: EmbeddedWorld): FarSide {
  const { hosts, redis } = world;
  const couch1 = hosts.couch1.directory;
  const mover = moverPaths(couch1);
  const address = { port: redis.port, password: world.secrets["redis_password"] ?? "" };
  const sh: FarSide["sh"] = (host, line) => shell(line, hosts[host].directory, hosts[host].env);
  const file = (host: "pg1" | "pg2", name: string): string =>
    join(hosts[host].directory, "var", name);
  return {
    sh,
    directory: (host) => hosts[host].directory,
    calls: () => countLines(readIfThere(mover.calls)),
    deployed: (host) => Promise.resolve(deployedOn(hosts[host].directory)),
    flags: () => readFlags(address),
    setFlag: (name, value) => writeFlag(address, name, value),
    rows: async (select) => {
      const { status, stdout, stderr } = await sh("pg1", `psql -X -At -F '|' -c "${select}"`);
      if (status !== 0) throw new Error(`${select}: ${stderr}`);
      return stdout.split("\n").filter((line) => line !== "");
    },
    change: async (sql) => {
      const { status, stderr } = await sh("pg1", `psql -X -At -c "${sql}"`);
      if (status !== 0) throw new Error(`${sql}: ${stderr}`);
    },
    redis: (mode) => Promise.resolve(redis.setMode(mode)),
    killNode: async () => {
      process.kill(Number(readFileSync(mover.pidFile, "utf8")), "SIGKILL");
      await untilGone(Number(readFileSync(mover.pidFile, "utf8")));
    },
    pauseNode: () => void process.kill(Number(readFileSync(mover.pidFile, "utf8")), "SIGSTOP"),
    resumeNode: () => void process.kill(Number(readFileSync(mover.pidFile, "utf8")), "SIGCONT"),
    nodeRuns: () => existsSync(mover.pidFile) && runs(Number(readFileSync(mover.pidFile, "utf8"))),
    reboot: (host) => hosts[host].reboot(),
    stopSshd: (host) => hosts[host].stopSshd(),
    startSshd: (host) => hosts[host].startSshd(),
    stopDatabase: (host) => Promise.resolve(writeFileSync(file(host, "pg-down"), "")),
    startDatabase: (host) => Promise.resolve(rmSync(file(host, "pg-down"))),
    slowDeploy: (host, seconds) =>
      Promise.resolve(writeFileSync(file(host, "slow-make"), `${seconds}\n`)),
    failVerify: (host, fails) => {
      if (fails) appendFileSync(file(host, "verify-fails"), "org_user_invites\n");
      else rmSync(file(host, "verify-fails"));
      return Promise.resolve();
    },
    disturbFlags: ({ lost, pauseSeconds = 0 }) => {
      const fault = { lost, pauseMilliseconds: pauseSeconds * 1000 };
      return Promise.resolve(writeFileSync(mover.flagFault, JSON.stringify(fault)));
    },
    befall: (...faults) => {
      if (faults.length === 0) rmSync(mover.objectFaults);
      else writeFileSync(mover.objectFaults, JSON.stringify(faults));
    },
    smallDisk: (host, shelf) => Promise.resolve(standInDisk(hosts[host].directory, shelf)),
    attachSomebody: () => attachSomebody(`${mover.bin}/mover attach`, couch1, hosts.couch1.env),
    leave: async (folder) => leaveState(world, await readFlags(address), folder),
  };
}

/** Another operator's terminal at the console. */
export async function attachSomebody(
  command: string,
  directory: string,
  env: Readonly<Record<string, string>>,
): Promise<Somebody> {
  const child = spawn("/bin/sh", ["-c", command], { cwd: directory, env, stdio: "pipe" });
  let printed = "";
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("Attaching")) resolve();
    });
    void ended.then(() => reject(new Error(`nobody could attach: ${printed}`)));
    setTimeout(() => reject(new Error(`nobody could attach in time: ${printed}`)), 20_000).unref();
  });
  return {
    type: (text) => void child.stdin.write(text),
    leave: async () => {
      child.stdin.end("\u0004");
      await ended;
    },
  };
}

/** Both projects' changes as sqitch's stand-in has noted them, and how often `make deploy` ran. */
function deployedOn(host: string): Record<string, number> {
  const changes = ["oss_chef", "enterprise_chef"].flatMap((project) =>
    Object.entries(countLines(readIfThere(join(host, "var/sqitch", project)))).map(
      ([name, count]) => [`${project} ${name}`, count] as const,
    ),
  );
  return Object.fromEntries(changes);
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (runs(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}
