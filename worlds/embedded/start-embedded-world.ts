import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ssh2 from "ssh2";
import { startApi } from "../common/api.ts";
import { startCouch } from "../common/couch.ts";
import { CouchStore } from "../common/couch-store.ts";
import { plant } from "../common/data.ts";
import type { Dataset } from "../common/data.ts";
import { flagsFrom, plantFlags } from "../common/flags.ts";
import { hostNames, knownHostsLine, writeInventory } from "../common/inventory-file.ts";
import type { HostName, InventoryHost } from "../common/inventory-file.ts";
import type { Listening } from "../common/listen.ts";
import { plantedBy, planMigration } from "../common/migration-plan.ts";
import { RedisClient } from "../common/redis-client.ts";
import { startRedis } from "../common/redis-server.ts";
import type { RedisServer } from "../common/redis-server.ts";
import { RequestLog } from "../common/request-log.ts";
import { startTraffic } from "../common/traffic.ts";
import type { Traffic } from "../common/traffic.ts";
import type { Planted, World, WorldOptions } from "../world.ts";
import { createHostFolder } from "./host-folder.ts";
import type { HostFolder } from "./host-folder.ts";
import { createMoverRelease, moverPaths } from "./mover-release.ts";
import { killProcesses } from "./processes.ts";
import { createSchemaRelease, databaseFile } from "./schema-release.ts";
import { openDatabase } from "./sql-database.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { startSshHost } from "./ssh-host.ts";

export interface EmbeddedWorldOptions extends WorldOptions {
  /** Speed of a migration; also `EMBEDDED_OBJECTS_PER_SECOND`. Default 1,000. */
  readonly objectsPerSecond?: number;
  /** Whether requests of its own reach the API all the time. Default true. */
  readonly liveTraffic?: boolean;
  /** Leaves the folder there after `stop`. */
  readonly keepDirectory?: boolean;
}

/** What tests and rehearsed faults may take hold of. */
export interface EmbeddedWorld extends World {
  readonly kind: "embedded";
  readonly hosts: Readonly<Record<HostName, EmbeddedHost>>;
  readonly redis: RedisServer;
  readonly couch: CouchStore;
  readonly traffic: Traffic | undefined;
  /** Every process of its hosts carries it as WORLD_MARK. */
  readonly mark: string;
}

export interface EmbeddedHost extends HostFolder {
  readonly sshPort: number;
}

/** Undoes the start, last first; each part adds its own end. */
type Ends = (() => Promise<void> | void)[];

/** Starts a fleet that needs nothing but Node: SSH servers in this process, a shell and stand-ins per host. */
export async function startEmbeddedWorld(options: EmbeddedWorldOptions): Promise<EmbeddedWorld> {
  const ends: Ends = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await Promise.resolve(end()).catch(() => {});
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
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  if (!options.keepDirectory)
    ends.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const mark = randomBytes(12).toString("hex");
  ends.push(() => killProcesses(mark));
  const secrets = { redis_password: token(), db_password: token() };
  const data = plant(options.organizations ?? 3_000);
  options.log(`planted ${data.orgs.length} organizations and what belongs to them`);
  const folders = Object.fromEntries(
    hostNames.map((name) => [name, createHostFolder(directory, name, mark)]),
  );
  const services = await startServices(
    folders as Record<HostName, HostFolder>,
    data,
    secrets,
    ends,
  );
  options.log(`couch, Redis and two API hosts answer on loopback`);
  createRelease(
    options,
    folders as Record<HostName, HostFolder>,
    services,
    secrets.redis_password,
    ends,
  );
  const access = await startHosts(folders as Record<HostName, HostFolder>, ends);
  options.log(`${hostNames.length} hosts answer over SSH`);
  const inventoryFile = join(directory, "inventory.yml");
  const { hosts } = access;
  writeInventory({
    file: inventoryFile,
    environment: options.environment,
    user: "operator",
    moverVersion: options.moverVersion,
    journalDirectory: join(hosts.couch1.directory, "var/journal"),
    hosts: inventoryHosts(hosts, services),
    vars: { redis_port: services.redis.port, couch_url: `http://127.0.0.1:${services.couchPort}` },
  });
  const traffic =
    options.liveTraffic === false ? undefined : startTraffic({ urls: services.apiUrls });
  if (traffic) ends.push(() => traffic.stop());
  return {
    kind: "embedded",
    directory,
    inventoryFile,
    ...access,
    secrets,
    mark,
    traffic,
    redis: services.redis,
    couch: services.couch,
    planted: plantedIn(data, options),
    describe: () => describe(access, directory, services),
    stop,
  };
}

interface Services {
  readonly couch: CouchStore;
  readonly couchPort: number;
  readonly redis: RedisServer;
  readonly apiUrls: readonly [string, string];
}

async function startServices(
  folders: Readonly<Record<HostName, HostFolder>>,
  data: Dataset,
  secrets: { readonly redis_password: string; readonly db_password: string },
  ends: Ends,
): Promise<Services> {
  const couch = new CouchStore(data);
  const couchServer = kept(await startCouch(couch), ends);
  const redis = kept(await startRedis(secrets.redis_password), ends);
  const client = new RedisClient({
    host: "127.0.0.1",
    port: redis.port,
    password: secrets.redis_password,
  });
  ends.push(() => client.close());
  await plantFlags(client);
  for (const name of ["pg1", "pg2"] as const) {
    createSchemaRelease(folders[name].directory, data, secrets.db_password);
  }
  const database = openDatabase(databaseFile(folders.pg1.directory));
  ends.push(() => database.close());
  const sql = new SqliteStore(database);
  const api = async (name: "erchef1" | "erchef2") => {
    const log = new RequestLog(erchefLog(folders[name].directory));
    const { port } = kept(await startApi({ flags: flagsFrom(client), couch, sql, log }), ends);
    return `http://127.0.0.1:${port}`;
  };
  return {
    couch,
    couchPort: couchServer.port,
    redis,
    apiUrls: [await api("erchef1"), await api("erchef2")],
  };
}

function createRelease(
  options: EmbeddedWorldOptions,
  folders: Readonly<Record<HostName, HostFolder>>,
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

interface Access {
  readonly hosts: Readonly<Record<HostName, EmbeddedHost>>;
  readonly knownHosts: string;
  readonly sshPrivateKey: string;
}

async function startHosts(
  folders: Readonly<Record<HostName, HostFolder>>,
  ends: Ends,
): Promise<Access> {
  const client = ssh2.utils.generateKeyPairSync("ed25519");
  const hosts: [HostName, EmbeddedHost][] = [];
  let knownHosts = "";
  for (const name of hostNames) {
    const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
    const { directory, env } = folders[name];
    const server = kept(
      await startSshHost({
        directory,
        env,
        hostKey: hostKey.private,
        authorizedKeys: [client.public],
      }),
      ends,
    );
    hosts.push([name, { ...folders[name], sshPort: server.port }]);
    knownHosts += knownHostsLine(server.port, hostKey.public);
  }
  return {
    hosts: Object.fromEntries(hosts) as Record<HostName, EmbeddedHost>,
    knownHosts,
    sshPrivateKey: client.private,
  };
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

function erchefLog(host: string): string {
  return join(host, "var/log/opscode/opscode-erchef");
}

function kept<T extends Listening>(server: T, ends: Ends): T {
  ends.push(() => server.close());
  return server;
}

function token(): string {
  return randomBytes(12).toString("hex");
}
