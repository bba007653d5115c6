import { join } from "node:path";
import { startApi } from "../common/api.ts";
import { startCouch } from "../common/couch.ts";
import { CouchStore } from "../common/couch-store.ts";
import type { Dataset } from "../common/data.ts";
import { flagsFrom, plantFlags } from "../common/flags.ts";
import { leftFlags } from "../common/left-flags.ts";
import type { Prober } from "../common/prober.ts";
import { RedisClient } from "../common/redis-client.ts";
import { startRedis } from "../common/redis-server.ts";
import type { RedisServer } from "../common/redis-server.ts";
import { RequestLog, type RequestLogStyle } from "../common/request-log.ts";
import { createSchemaRelease, databaseFile, setPassword } from "./schema-release.ts";
import { openDatabase } from "./sql-database.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { kept } from "./world-parts.ts";
import type { Ends, Folders } from "./world-parts.ts";

/** What answers beside SSH: couch, Redis and the API of both erchef hosts. */
export interface Services {
  readonly couch: CouchStore;
  readonly couchPort: number;
  readonly redis: RedisServer;
  readonly apiUrls: readonly [string, string];
}

/** What they are started with. */
export interface ServiceStart {
  readonly folders: Folders;
  readonly data: Dataset;
  readonly secrets: { readonly redis_password: string; readonly db_password: string };
  readonly prober: Prober;
  readonly ends: Ends;
  readonly requestLog: RequestLogStyle | undefined;
  /** Where another world left its state. */
  readonly from: string | undefined;
}

/** Starts them in this process, on the data that was planted or on what another world left. */
export async function startServices(start: ServiceStart): Promise<Services> {
  const { folders, data, secrets, prober, ends, requestLog: style, from } = start;
  const keys = { [prober.client]: prober.publicKey };
  const couch = new CouchStore(data);
  const couchServer = kept(await startCouch(couch), ends);
  const redis = kept(await startRedis(secrets.redis_password), ends);
  const client = new RedisClient({
    host: "127.0.0.1",
    port: redis.port,
    password: secrets.redis_password,
  });
  ends.push(() => client.close());
  await plantFlags(client, leftFlags(from));
  for (const name of ["pg1", "pg2"] as const) {
    const host = folders[name].directory;
    if (from === undefined) createSchemaRelease(host, data);
    setPassword(host, secrets.db_password);
  }
  const database = openDatabase(databaseFile(folders.pg1.directory));
  ends.push(() => database.close());
  const sql = new SqliteStore(database);
  const api = async (name: "erchef1" | "erchef2") => {
    const log = new RequestLog(erchefLog(folders[name].directory), style ? { style } : {});
    const { port } = kept(
      await startApi({ flags: flagsFrom(client), couch, sql, log, keys }),
      ends,
    );
    return `http://127.0.0.1:${port}`;
  };
  return {
    couch,
    couchPort: couchServer.port,
    redis,
    apiUrls: [await api("erchef1"), await api("erchef2")],
  };
}

/** Where an erchef host keeps its request log. */
export function erchefLog(host: string): string {
  return join(host, "var/log/opscode/opscode-erchef");
}
