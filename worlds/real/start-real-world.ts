import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { chefIdentity } from "../chef/identity.ts";
import type { LocalChef } from "../chef/start-chef.ts";
import { startWorldChef } from "../chef/world-chef.ts";
import type { CouchStore } from "../common/couch-store.ts";
import { plant } from "../common/data.ts";
import { writeInventory } from "../common/inventory-file.ts";
import type { HostName, InventoryHost } from "../common/inventory-file.ts";
import { plantedBy, planMigration } from "../common/migration-plan.ts";
import { makeProber, proberVars } from "../common/prober.ts";
import { startTraffic } from "../common/traffic.ts";
import type { Traffic } from "../common/traffic.ts";
import type { World } from "../world.ts";
import { hostFolder, makeHosts } from "./hosts.ts";
import type { MoverRelease } from "./mover.ts";
import { takeHosts } from "./left-state.ts";
import { ensurePackages } from "./packages.ts";
import type { Cluster } from "./postgres.ts";
import { prepareDirectory } from "./prepare-directory.ts";
import { settled } from "./site.ts";
import type { Ends, RealWorldOptions, Site } from "./site.ts";
import { erchefLogPath, startFleet } from "./start-fleet.ts";
import type { Fleet } from "./start-fleet.ts";
import { startHosts } from "./start-hosts.ts";
import type { Access, RealHost } from "./start-hosts.ts";
import { stopLeftovers } from "./stop-leftovers.ts";

/** What tests and rehearsed faults may take hold of. */
export interface RealWorld extends World {
  readonly kind: "real";
  readonly hosts: Readonly<Record<HostName, RealHost>>;
  readonly clusters: Readonly<Record<"pg1" | "pg2", Cluster>>;
  readonly redisPort: number;
  readonly couch: CouchStore;
  readonly chef: LocalChef;
  readonly mover: MoverRelease;
  readonly traffic: Traffic | undefined;
  /** The client's private key, as a file for the `ssh` program. */
  readonly keyFile: string;
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
  const prober = makeProber((await chefIdentity()).prober);
  const site: Site = {
    options,
    directory,
    ends,
    data: plant(options.organizations ?? 3_000),
    passwords: { redis_password: token(), db_password: token(), prober_key: prober.privateKey },
    prober,
  };
  options.log(`planted ${site.data.orgs.length} organizations and what belongs to them`);
  if (options.from !== undefined) await takeHosts(options.from, directory);
  makeHosts(directory);
  const [access, fleet] = await Promise.all(
    await settled([startHosts(site), startFleet(site)] as const),
  );
  const { clusters, redisPort, couch, mover, apiUrls } = fleet;
  const { chef, secrets: chefSecrets } = await startWorldChef({
    ...options,
    from: options.from,
    hostFolder: (name) => hostFolder(directory, name),
  });
  ends.push(() => chef.stop());
  const inventoryFile = join(directory, "inventory.yml");
  writeInventory({
    file: inventoryFile,
    environment: options.environment,
    user: userInfo().username,
    moverVersion: options.moverVersion,
    evidence: options.evidence,
    journalDirectory: join(hostFolder(directory, "couch1"), "var", "journal"),
    hosts: inventoryHosts(access.hosts, fleet),
    vars: {
      redis_port: redisPort,
      couch_url: `http://127.0.0.1:${fleet.couchPort}`,
      chef_url: chef.url,
      ...proberVars(prober),
    },
  });
  const traffic = options.liveTraffic === false ? undefined : startTraffic({ urls: apiUrls });
  if (traffic) ends.push(() => traffic.stop());
  return {
    kind: "real",
    directory,
    inventoryFile,
    ...access,
    secrets: { ...site.passwords, ...chefSecrets },
    chef,
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

function token(): string {
  return randomBytes(12).toString("hex");
}
