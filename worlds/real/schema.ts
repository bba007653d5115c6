import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { User } from "../common/data.ts";
import { hostFolder } from "./hosts.ts";
import { worldMarker } from "./processes.ts";
import { clientOf, database, databaseUser } from "./postgres.ts";
import type { Cluster } from "./postgres.ts";
import { runCommand } from "./run-command.ts";

/** What a fleet has before the runbook: users and groups in SQL, organizations not yet. */
const deployedBefore = { ec: "@2.2.4", osc: "@1.0.2" } as const;

/** Checks the schema out on a host of the database, deploys the state before the runbook, and adds the users. */
export async function prepareSchema(
  directory: string,
  cluster: Cluster,
  users: readonly User[],
): Promise<string> {
  const home = hostFolder(directory, cluster.host);
  const schema = join(home, "srv", "enterprise-chef-server-schema");
  cpSync(join(import.meta.dirname, "schema"), schema, { recursive: true });
  for (const project of [schema, join(schema, "deps", "chef-server-schema")]) {
    writeFileSync(join(project, "sqitch.conf"), sqitchConf(cluster));
  }
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
  await addUsers(cluster, users);
  return schema;
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
