import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { startApi } from "../common/api.ts";
import { startCouch } from "../common/couch.ts";
import { CouchStore } from "../common/couch-store.ts";
import { plant } from "../common/data.ts";
import type { Dataset } from "../common/data.ts";
import { flagsFrom } from "../common/flags.ts";
import { hostNames, knownHostsLine, writeInventory } from "../common/inventory-file.ts";
import type { HostName, InventoryHost } from "../common/inventory-file.ts";
import type { Listening } from "../common/listen.ts";
import { plantedBy, planMigration } from "../common/migration-plan.ts";
import { RedisClient } from "../common/redis-client.ts";
import { RequestLog } from "../common/request-log.ts";
import { startTraffic } from "../common/traffic.ts";
import type { Traffic } from "../common/traffic.ts";
import type { World, WorldOptions } from "../world.ts";
import { hostFolder, makeHosts } from "./hosts.ts";
import { buildRelease, configureRelease } from "./mover.ts";
import type { MoverFaults, MoverRelease } from "./mover.ts";
import { ensurePackages } from "./packages.ts";
import { startCluster } from "./postgres.ts";
import type { Cluster } from "./postgres.ts";
import { startRedisServer } from "./redis.ts";
import { prepareDirectory } from "./prepare-directory.ts";
import { prepareSchema } from "./schema.ts";
import { makeShortFolder } from "./short-folder.ts";
import { SqlStore } from "./sql-store.ts";
import { makeKey, startSshd } from "./sshd.ts";
import type { Sshd } from "./sshd.ts";
import { stopLeftovers } from "./stop-leftovers.ts";

export interface RealWorldOptions extends WorldOptions {
  /** Whether requests of its own reach the API all the time. Default true. */
  readonly liveTraffic?: boolean;
  /** Leaves the folder there after `stop`. */
  readonly keepDirectory?: boolean;
  /** How long each object of a migration takes at least, so that there is time to disturb it. Default 0. */
  readonly objectDelayMilliseconds?: number;
  /** What shall befall mover, once in a life of its node; the numbers count the objects of that life. */
  readonly moverFaults?: MoverFaults;
}

/** What tests and rehearsed faults may take hold of. */
export interface RealWorld extends World {
  readonly kind: "real";
  readonly hosts: Readonly<Record<HostName, RealHost>>;
  readonly clusters: Readonly<Record<"pg1" | "pg2", Cluster>>;
  readonly redisPort: number;
  readonly couch: CouchStore;
  readonly mover: MoverRelease;
  readonly traffic: Traffic | undefined;
  /** The client's private key, as a file for the `ssh` program. */
  readonly keyFile: string;
}

export interface RealHost {
  readonly name: HostName;
  readonly directory: string;
  readonly sshPort: number;
}

/** Undoes the start, last first; each part adds its own end. */
type Ends = (() => Promise<void> | void)[];

interface Secrets extends Readonly<Record<string, string>> {
  readonly redis_password: string;
  readonly db_password: string;
}

/** What the parts of a start have in common. */
interface Site {
  readonly options: RealWorldOptions;
  readonly directory: string;
  readonly data: Dataset;
  readonly secrets: Secrets;
  readonly ends: Ends;
}

/** Starts a fleet of Debian's own parts on loopback, everything under one folder, nothing of it shared with other worlds. */
export async function startRealWorld(options: RealWorldOptions): Promise<RealWorld> {
  await ensurePackages(options.log);
  const directory = resolve(options.directory);
  await prepareDirectory(directory);
  const ends: Ends = [];
  if (!options.keepDirectory) {
    ends.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  }
  ends.push(() => stopLeftovers(directory));
  const stop = async () => {
    for (const end of ends.splice(0).reverse())
      await Promise.resolve()
        .then(end)
        .catch(() => {});
  };
  try {
    return await build(options, directory, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: RealWorldOptions,
  directory: string,
  ends: Ends,
  stop: () => Promise<void>,
): Promise<RealWorld> {
  const site: Site = {
    options,
    directory,
    ends,
    data: plant(options.organizations ?? 1_000),
    secrets: { redis_password: token(), db_password: token() },
  };
  options.log(`planted ${site.data.orgs.length} organizations and what belongs to them`);
  makeHosts(directory);
  const [access, fleet] = await Promise.all(
    await settled([startHosts(site), startFleet(site)] as const),
  );
  const { clusters, redisPort, couch, mover, apiUrls } = fleet;
  const inventoryFile = join(directory, "inventory.yml");
  writeInventory({
    file: inventoryFile,
    environment: options.environment,
    user: userInfo().username,
    moverVersion: options.moverVersion,
    journalDirectory: join(hostFolder(directory, "couch1"), "var", "journal"),
    hosts: inventoryHosts(access.hosts, fleet),
    vars: { redis_port: redisPort, couch_url: `http://127.0.0.1:${fleet.couchPort}` },
  });
  const traffic = options.liveTraffic === false ? undefined : startTraffic({ urls: apiUrls });
  if (traffic) ends.push(() => traffic.stop());
  return {
    kind: "real",
    directory,
    inventoryFile,
    ...access,
    secrets: site.secrets,
    clusters,
    redisPort,
    couch,
    mover,
    traffic,
    planted: plantedBy(planMigration(site.data, options.moverVersion)),
    describe: () => describe(access, fleet, inventoryFile),
    stop,
  };
}

interface Access {
  readonly hosts: Readonly<Record<HostName, RealHost>>;
  readonly knownHosts: string;
  readonly sshPrivateKey: string;
  readonly keyFile: string;
}

async function startHosts({ directory, options }: Site): Promise<Access> {
  const keyFile = await makeKey(join(directory, "id_ed25519"), "world");
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

interface Fleet {
  readonly clusters: Readonly<Record<"pg1" | "pg2", Cluster>>;
  readonly schemas: Readonly<Record<"pg1" | "pg2", string>>;
  readonly redisPort: number;
  readonly couch: CouchStore;
  readonly couchPort: number;
  readonly mover: MoverRelease;
  readonly apiUrls: readonly [string, string];
}

async function startFleet(site: Site): Promise<Fleet> {
  const { directory, data, secrets, options, ends } = site;
  const shortFolder = makeShortFolder(directory);
  const couch = new CouchStore(data);
  const database = async (host: "pg1" | "pg2") => {
    const cluster = await startCluster(directory, shortFolder, host, secrets.db_password);
    return { cluster, schema: await prepareSchema(directory, cluster, data.users) };
  };
  const [pg1, pg2, redisPort, couchServer, mover] = await Promise.all(
    await settled([
      database("pg1"),
      database("pg2"),
      startRedisServer(directory, secrets.redis_password),
      startCouch(couch),
      buildRelease(directory, options.moverVersion),
    ] as const),
  );
  kept(couchServer, ends);
  options.log("PostgreSQL with its schema, Redis and couch answer on loopback");
  await configureRelease(directory, mover, options.moverVersion, {
    couchPort: couchServer.port,
    redisPort,
    redisPassword: secrets.redis_password,
    databasePort: pg1.cluster.port,
    databasePassword: secrets.db_password,
    objectDelayMilliseconds: options.objectDelayMilliseconds ?? 0,
    faults: options.moverFaults ?? {},
  });
  const apiUrls = await startApis(site, couch, pg1.cluster, redisPort);
  return {
    clusters: { pg1: pg1.cluster, pg2: pg2.cluster },
    schemas: { pg1: pg1.schema, pg2: pg2.schema },
    redisPort,
    couch,
    couchPort: couchServer.port,
    mover,
    apiUrls,
  };
}

async function startApis(
  { directory, secrets, ends }: Site,
  couch: CouchStore,
  primary: Cluster,
  redisPort: number,
): Promise<readonly [string, string]> {
  const client = new RedisClient({
    host: "127.0.0.1",
    port: redisPort,
    password: secrets.redis_password,
  });
  ends.push(() => client.close());
  const sql = new SqlStore(primary);
  ends.push(() => sql.close());
  const api = async (host: "erchef1" | "erchef2") => {
    const log = new RequestLog(erchefLog(directory, host));
    const { port } = kept(await startApi({ flags: flagsFrom(client), couch, sql, log }), ends);
    return `http://127.0.0.1:${port}`;
  };
  return [await api("erchef1"), await api("erchef2")];
}

function inventoryHosts(
  hosts: Readonly<Record<HostName, RealHost>>,
  { clusters, schemas, mover, apiUrls }: Fleet,
): Record<HostName, InventoryHost> {
  const database = (name: "pg1" | "pg2") => ({
    port: hosts[name].sshPort,
    vars: { schema_dir: schemas[name], db_port: clusters[name].port },
  });
  const erchef = (name: "erchef1" | "erchef2", url: string) => ({
    port: hosts[name].sshPort,
    vars: { erchef_log: join(hosts[name].directory, erchefLogPath), api_url: url },
  });
  const { release, detsFolder, log } = mover;
  return {
    pg1: database("pg1"),
    pg2: database("pg2"),
    couch1: {
      port: hosts.couch1.sshPort,
      vars: {
        mover_bin: join(release, "bin"),
        mover_release: release,
        mover_log: log,
        dets_dir: detsFolder,
      },
    },
    erchef1: erchef("erchef1", apiUrls[0]),
    erchef2: erchef("erchef2", apiUrls[1]),
    redis1: { port: hosts.redis1.sshPort },
  };
}

function describe({ hosts, keyFile }: Access, fleet: Fleet, inventoryFile: string): string[] {
  const known = join(keyFile, "..", "known_hosts");
  const user = userInfo().username;
  const { pg1, pg2 } = fleet.clusters;
  return [
    ...Object.values(hosts).map(
      ({ name, sshPort }) =>
        `${name}: ssh -i ${keyFile} -o UserKnownHostsFile=${known} -p ${sshPort} ${user}@127.0.0.1`,
    ),
    `API: ${fleet.apiUrls.join(" and ")}`,
    `couch: http://127.0.0.1:${fleet.couchPort}`,
    `Redis: 127.0.0.1:${fleet.redisPort}`,
    `PostgreSQL: psql -h ${pg1.socketFolder} -p ${pg1.port} -U opscode_chef (pg2: ${pg2.socketFolder}, ${pg2.port})`,
    `mover: ${join(fleet.mover.release, "bin", "mover")}`,
    `inventory: ${inventoryFile}`,
  ];
}

const erchefLogPath = "var/log/opscode/opscode-erchef";

function erchefLog(directory: string, host: HostName): string {
  return join(hostFolder(directory, host), erchefLogPath);
}

/** Waits for all work to end and then as `Promise.all` does: when it rejects, nothing is still starting, so that the world can be stopped whole. */
async function settled<T extends readonly Promise<unknown>[]>(work: T): Promise<T> {
  await Promise.allSettled(work);
  return work;
}

function kept<T extends Listening>(server: T, ends: Ends): T {
  ends.push(() => server.close());
  return server;
}

function token(): string {
  return randomBytes(12).toString("hex");
}
