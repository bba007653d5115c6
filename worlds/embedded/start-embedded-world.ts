import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chefIdentity } from "../chef/identity.ts";
import type { LocalChef } from "../chef/start-chef.ts";
import { startWorldChef } from "../chef/world-chef.ts";
import type { CouchStore } from "../common/couch-store.ts";
import { plant } from "../common/data.ts";
import type { Dataset } from "../common/data.ts";
import { hostNames, writeInventory } from "../common/inventory-file.ts";
import type { HostName, InventoryHost } from "../common/inventory-file.ts";
import { plantedBy, planMigration } from "../common/migration-plan.ts";
import { makeProber, proberVars } from "../common/prober.ts";
import type { Prober } from "../common/prober.ts";
import type { RedisServer } from "../common/redis-server.ts";
import type { RequestLogStyle } from "../common/request-log.ts";
import { startTraffic } from "../common/traffic.ts";
import type { Traffic } from "../common/traffic.ts";
import type { Planted, World, WorldOptions } from "../world.ts";
import { createHostFolder } from "./host-folder.ts";
import { takeHosts } from "./left-state.ts";
import { createMoverRelease, moverPaths } from "./mover-release.ts";
import { killProcesses } from "./processes.ts";
import { databaseFile } from "./schema-release.ts";
import { erchefLog, startServices } from "./start-services.ts";
import type { Services } from "./start-services.ts";
import { startSshHosts } from "./start-ssh-hosts.ts";
import type { Access, EmbeddedHost } from "./start-ssh-hosts.ts";
import type { Ends, Folders } from "./world-parts.ts";

export interface EmbeddedWorldOptions extends WorldOptions {
  /** Speed of a migration; also `EMBEDDED_OBJECTS_PER_SECOND`. Default 1,000. */
  readonly objectsPerSecond?: number;
  /** Whether requests of its own reach the API all the time. Default true. */
  readonly liveTraffic?: boolean;
  /** How the erchef hosts write their request logs, where it is not erchef's own way. */
  readonly requestLog?: RequestLogStyle;
  /** A folder in which another world left its state (`leaveState`): this one goes on from there. */
  readonly from?: string;
  /** Leaves the folder there after `stop`. */
  readonly keepDirectory?: boolean;
}

/** What tests and rehearsed faults may take hold of. */
export interface EmbeddedWorld extends World {
  readonly kind: "embedded";
  readonly hosts: Readonly<Record<HostName, EmbeddedHost>>;
  readonly redis: RedisServer;
  readonly couch: CouchStore;
  readonly chef: LocalChef;
  readonly traffic: Traffic | undefined;
  /** Every process of its hosts carries it as WORLD_MARK. */
  readonly mark: string;
}

/** Starts a fleet that needs nothing but Node: SSH servers in this process, a shell and stand-ins per host. */
export async function startEmbeddedWorld(options: EmbeddedWorldOptions): Promise<EmbeddedWorld> {
  const ends: Ends = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await (async () => end())().catch(() => {});
  };
  try {
    return await build(options, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: EmbeddedWorldOptions,
  ends: Ends,
  stop: () => Promise<void>,
): Promise<EmbeddedWorld> {
  const directory = createDirectory(options, ends);
  const mark = randomBytes(12).toString("hex");
  ends.push(() => killProcesses(mark));
  const prober = makeProber((await chefIdentity()).prober);
  const passwords = {
    redis_password: token(),
    db_password: token(),
    prober_key: prober.privateKey,
  };
  const data = plant(options.organizations ?? 3_000);
  options.log(`planted ${data.orgs.length} organizations and what belongs to them`);
  const { from, requestLog } = options;
  if (from !== undefined) takeHosts(from, directory);
  const folders = createFolders(directory, mark);
  const services = await startServices({
    folders,
    data,
    secrets: passwords,
    prober,
    ends,
    requestLog,
    from,
  });
  options.log("couch, Redis and two API hosts answer on loopback");
  createRelease(options, folders, services, passwords.redis_password, ends);
  const { chef, secrets: chefSecrets } = await startWorldChef({
    ...options,
    from,
    hostFolder: (name) => folders[name].directory,
  });
  ends.push(() => chef.stop());
  const access = await startSshHosts(folders, ends);
  options.log(`${hostNames.length} hosts answer over SSH`);
  const inventoryFile = join(directory, "inventory.yml");
  describeFleet(inventoryFile, options, access.hosts, { services, chef, prober });
  const { redis, couch } = services;
  return {
    kind: "embedded",
    directory,
    inventoryFile,
    ...access,
    secrets: { ...passwords, ...chefSecrets },
    mark,
    chef,
    redis,
    couch,
    stop,
    traffic: options.liveTraffic === false ? undefined : startLiveTraffic(services, ends),
    planted: plantedIn(data, options),
    describe: () => describe(access, directory, services),
  };
}

function createDirectory(options: EmbeddedWorldOptions, ends: Ends): string {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  if (!options.keepDirectory) {
    ends.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  }
  return directory;
}

function createFolders(directory: string, mark: string): Folders {
  const folders = hostNames.map((name) => [name, createHostFolder(directory, name, mark)]);
  return Object.fromEntries(folders) as Folders;
}

function startLiveTraffic({ apiUrls }: Services, ends: Ends): Traffic {
  const traffic = startTraffic({ urls: apiUrls });
  ends.push(() => traffic.stop());
  return traffic;
}

function describeFleet(
  file: string,
  { environment, moverVersion, evidence }: WorldOptions,
  hosts: Access["hosts"],
  { services, chef, prober }: { services: Services; chef: LocalChef; prober: Prober },
): void {
  writeInventory({
    file,
    environment,
    user: "operator",
    moverVersion,
    evidence,
    journalDirectory: join(hosts.couch1.directory, "var/journal"),
    hosts: inventoryHosts(hosts, services),
    vars: {
      redis_port: services.redis.port,
      couch_url: `http://127.0.0.1:${services.couchPort}`,
      chef_url: chef.url,
      ...proberVars(prober),
    },
  });
}

function createRelease(
  options: EmbeddedWorldOptions,
  folders: Folders,
  { couchPort, redis }: Services,
  password: string,
  ends: Ends,
): void {
  const sockets = mkdtempSync(join(tmpdir(), "rbp-"));
  ends.push(() => rmSync(sockets, { recursive: true, force: true }));
  createMoverRelease(folders.couch1.directory, {
    version: options.moverVersion,
    pipe: join(sockets, "mover"),
    datasetUrl: `http://127.0.0.1:${couchPort}/_world/dataset`,
    database: databaseFile(folders.pg1.directory),
    redis: { host: "127.0.0.1", port: redis.port, password },
    owner: process.pid,
    objectsPerSecond:
      options.objectsPerSecond ?? Number(process.env["EMBEDDED_OBJECTS_PER_SECOND"] ?? 1_000),
  });
}

function inventoryHosts(
  hosts: Readonly<Record<HostName, EmbeddedHost>>,
  { apiUrls }: Services,
): Record<HostName, InventoryHost> {
  const schema = (name: "pg1" | "pg2") => ({
    port: hosts[name].sshPort,
    vars: { schema_dir: join(hosts[name].directory, "srv/enterprise-chef-server-schema") },
  });
  const erchef = (name: "erchef1" | "erchef2", url: string) => ({
    port: hosts[name].sshPort,
    vars: { erchef_log: erchefLog(hosts[name].directory), api_url: url },
  });
  const mover = moverPaths(hosts.couch1.directory);
  return {
    pg1: schema("pg1"),
    pg2: schema("pg2"),
    couch1: {
      port: hosts.couch1.sshPort,
      vars: {
        mover_bin: mover.bin,
        mover_release: mover.release,
        mover_log: mover.log,
        dets_dir: mover.dets,
      },
    },
    erchef1: erchef("erchef1", apiUrls[0]),
    erchef2: erchef("erchef2", apiUrls[1]),
    redis1: { port: hosts.redis1.sshPort },
  };
}

function plantedIn(data: Dataset, { moverVersion }: WorldOptions): Planted {
  return plantedBy(planMigration(data, moverVersion));
}

function describe(
  { hosts, sshPrivateKey, knownHosts }: Access,
  directory: string,
  services: Services,
): string[] {
  const key = join(directory, "id_ed25519");
  const known = join(directory, "known_hosts");
  writeFileSync(key, sshPrivateKey, { mode: 0o600 });
  writeFileSync(known, knownHosts);
  const ssh = Object.values(hosts).map(
    ({ name, sshPort }) =>
      `${name}: ssh -i ${key} -o UserKnownHostsFile=${known} -p ${sshPort} operator@127.0.0.1 COMMAND`,
  );
  return [
    ...ssh,
    `API: ${services.apiUrls.join(" and ")}`,
    `couch: http://127.0.0.1:${services.couchPort}`,
    `Redis: 127.0.0.1:${services.redis.port}`,
    `inventory: ${join(directory, "inventory.yml")}`,
  ];
}

function token(): string {
  return randomBytes(12).toString("hex");
}
