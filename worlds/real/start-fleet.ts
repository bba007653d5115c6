import { join } from "node:path";
import { startApi } from "../common/api.ts";
import { startCouch } from "../common/couch.ts";
import { CouchStore } from "../common/couch-store.ts";
import { flagsFrom } from "../common/flags.ts";
import { leftFlags } from "../common/left-flags.ts";
import type { HostName } from "../common/inventory-file.ts";
import { RedisClient } from "../common/redis-client.ts";
import { RequestLog } from "../common/request-log.ts";
import { hostFolder } from "./hosts.ts";
import { leftFiles } from "./left-state.ts";
import { buildRelease, configureRelease } from "./mover.ts";
import type { MoverRelease } from "./mover.ts";
import type { Cluster } from "./postgres.ts";
import { startRedisServer } from "./redis.ts";
import { startDatabase } from "./schema.ts";
import { makeShortFolder } from "./short-folder.ts";
import { kept, settled } from "./site.ts";
import type { Site } from "./site.ts";
import { SqlStore } from "./sql-store.ts";

/** What runs on the hosts, and where it answers. */
export interface Fleet {
  readonly clusters: Readonly<Record<"pg1" | "pg2", Cluster>>;
  readonly schemas: Readonly<Record<"pg1" | "pg2", string>>;
  readonly redisPort: number;
  readonly couch: CouchStore;
  readonly couchPort: number;
  readonly mover: MoverRelease;
  readonly apiUrls: readonly [string, string];
}

/** Starts the stores, mover's release and the API; mover itself is started by the runbook. */
export async function startFleet(site: Site): Promise<Fleet> {
  const { directory, data, passwords, options, ends } = site;
  const shortFolder = makeShortFolder(directory);
  const couch = new CouchStore(data);
  const { from } = options;
  const database = (host: "pg1" | "pg2") =>
    startDatabase({
      directory,
      shortFolder,
      host,
      password: passwords.db_password,
      users: data.users,
      left: from === undefined ? undefined : leftFiles(from, host),
    });
  const [pg1, pg2, redisPort, couchServer, mover] = await Promise.all(
    await settled([
      database("pg1"),
      database("pg2"),
      startRedisServer(directory, passwords.redis_password, leftFlags(from)),
      startCouch(couch),
      buildRelease(directory, options.moverVersion),
    ] as const),
  );
  kept(couchServer, ends);
  options.log("PostgreSQL with its schema, Redis and couch answer on loopback");
  await configureRelease(directory, mover, options.moverVersion, {
    couchPort: couchServer.port,
    redisPort,
    redisPassword: passwords.redis_password,
    databasePort: pg1.cluster.port,
    databasePassword: passwords.db_password,
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
  { directory, passwords, prober, ends }: Site,
  couch: CouchStore,
  primary: Cluster,
  redisPort: number,
): Promise<readonly [string, string]> {
  const client = new RedisClient({
    host: "127.0.0.1",
    port: redisPort,
    password: passwords.redis_password,
  });
  ends.push(() => client.close());
  const keys = { [prober.client]: prober.publicKey };
  const sql = new SqlStore(primary);
  ends.push(() => sql.close());
  const api = async (host: "erchef1" | "erchef2") => {
    const log = new RequestLog(erchefLog(directory, host));
    const { port } = kept(
      await startApi({ flags: flagsFrom(client), couch, sql, log, keys }),
      ends,
    );
    return `http://127.0.0.1:${port}`;
  };
  return [await api("erchef1"), await api("erchef2")];
}

/** Below a host's folder, as below `/` in production. */
export const erchefLogPath = "var/log/opscode/opscode-erchef";

function erchefLog(directory: string, host: HostName): string {
  return join(hostFolder(directory, host), erchefLogPath);
}
