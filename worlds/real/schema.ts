import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled, packSchema, schemaPackage } from "../chef/packages.ts";
import type { User } from "../common/data.ts";
import { hostFolder, makeHosts } from "./hosts.ts";
import { postgresBin } from "./packages.ts";
import { worldMarker } from "./processes.ts";
import { clientOf, database, databaseUser, keepFiles, startCluster } from "./postgres.ts";
import type { Cluster } from "./postgres.ts";
import { runCommand } from "./run-command.ts";
import { makeShortFolder } from "./short-folder.ts";
import { stopLeftovers } from "./stop-leftovers.ts";
import { template } from "./template.ts";

/** What a fleet has before the runbook: users and groups in SQL, organizations not yet. */
const deployedBefore = { ec: "@2.2.4", osc: "@1.0.2" } as const;

const schemaFiles = join(import.meta.dirname, "schema");

/** What a database is started with. */
export interface DatabaseStart {
  readonly directory: string;
  readonly shortFolder: string;
  readonly host: "pg1" | "pg2";
  readonly password: string;
  readonly users: readonly User[];
  /** Files that another world left, users included; what a fleet has before the runbook if there are none. */
  readonly left: string | undefined;
}

/** Starts a host's cluster with its schema and its users, and checks the schema out on the host. */
export async function startDatabase(
  start: DatabaseStart,
): Promise<{ readonly cluster: Cluster; readonly schema: string }> {
  const { directory, shortFolder, host, password, users, left } = start;
  const files = left ?? (await filesBefore());
  const cluster = await startCluster(directory, shortFolder, host, password, files);
  const folder = hostFolder(directory, host);
  const wasInstalled = isInstalled(folder, schemaPackage);
  const schema = checkOut(directory, cluster);
  if (!wasInstalled) packSchema(folder, deployedBefore);
  if (left === undefined) await addUsers(cluster, users);
  return { cluster, schema };
}

/** The files of a cluster with its schema as it was before the runbook: deployed once for each machine and version. */
async function filesBefore(): Promise<string> {
  const own = ["schema.ts", "postgres.ts", "schema", "host"].map((name) =>
    join(import.meta.dirname, name),
  );
  const programs = [join(await postgresBin(), "postgres"), "/usr/bin/sqitch"];
  const folder = await template("schema", [...own, ...programs], (draft) =>
    deployOnce(join(draft, "data")),
  );
  return join(folder, "data");
}

/** A world of one database, for as long as its schema is deployed. */
async function deployOnce(to: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "rp-"));
  try {
    makeHosts(directory);
    const short = makeShortFolder(directory);
    const cluster = await startCluster(directory, short, "pg1", "none");
    await deploy(directory, checkOut(directory, cluster));
    await keepFiles(directory, cluster, to);
  } finally {
    await stopLeftovers(directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Checks the schema out on a host of the database. */
function checkOut(directory: string, cluster: Cluster): string {
  const schema = join(hostFolder(directory, cluster.host), "srv", "enterprise-chef-server-schema");
  cpSync(schemaFiles, schema, { recursive: true });
  for (const project of [schema, join(schema, "deps", "chef-server-schema")])
    writeFileSync(join(project, "sqitch.conf"), sqitchConf(cluster));
  return schema;
}

async function deploy(directory: string, schema: string): Promise<void> {
  const home = hostFolder(directory, "pg1");
  await runCommand("make", ["deploy"], {
    directory: schema,
    env: {
      PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      [worldMarker]: directory,
      EC_TARGET: deployedBefore.ec,
      OSC_TARGET: deployedBefore.osc,
      DB_USER: databaseUser,
      SLEEP_TIME: "0",
    },
  });
}

/** The socket asks no password, so that no secret stands in a file. */
function sqitchConf({ socketFolder, port }: Cluster): string {
  const host = encodeURIComponent(socketFolder);
  return `[core]
\tengine = pg
[engine "pg"]
\ttarget = db:pg://${databaseUser}@${host}:${port}/${database}
[user]
\tname = Schema
\temail = schema@example.com
`;
}

async function addUsers(cluster: Cluster, users: readonly User[]): Promise<void> {
  const client = clientOf(cluster);
  await client.connect();
  try {
    await client.query(
      `INSERT INTO users (id, authz_id, username, last_updated_by, created_at, updated_at)
       SELECT u.id, u.authz_id, u.username, u.id, now(), now()
       FROM unnest($1::text[], $2::text[], $3::text[]) AS u (id, authz_id, username)`,
      [
        users.map(({ id }) => id),
        users.map(({ authzId }) => authzId),
        users.map(({ username }) => username),
      ],
    );
  } finally {
    await client.end();
  }
}
