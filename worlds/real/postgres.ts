import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "./free-port.ts";
import type { HostName } from "../common/inventory-file.ts";
import { postgresBin } from "./packages.ts";
import { startProcess, stopProcess, untilReady } from "./processes.ts";
import { runCommand } from "./run-command.ts";

/** The database and the user that owns it, as the runbook names them. */
export const database = "opscode_chef";
export const databaseUser = "opscode_chef";

/** One cluster: a password is asked on the port, not on the socket. */
export interface Cluster {
  readonly host: HostName;
  readonly port: number;
  readonly socketFolder: string;
  readonly password: string;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a host's cluster on a copy of what `files` holds, or on a new one with an empty database of the runbook's user. */
export async function startCluster(
  directory: string,
  shortFolder: string,
  host: HostName,
  password: string,
  files?: string,
): Promise<Cluster> {
  const [bin, account, port] = await Promise.all([postgresBin(), serverAccount(), freePort()]);
  const socketFolder = join(shortFolder, host);
  mkdirSync(socketFolder, { mode: 0o755 });
  if (account.uid !== undefined) chownSync(socketFolder, account.uid, account.gid ?? account.uid);
  const data = join(socketFolder, "data");
  if (files === undefined)
    await runCommand(join(bin, "initdb"), initArguments(data), { ...account, directory: "/" });
  else await copyFiles(files, data);
  const started = startProcess(
    directory,
    `postgres-${host}`,
    [join(bin, "postgres"), "-D", data, ...settings(socketFolder, port)],
    { ...account, directory: "/" },
  );
  const cluster = { host, port, socketFolder, password };
  await untilReady(started, () => answers(cluster));
  await (files === undefined ? createDatabase(cluster) : setPassword(cluster));
  return cluster;
}

/** Ends a cluster and puts its files where other clusters can start from. */
export async function keepFiles(
  directory: string,
  { host, socketFolder }: Cluster,
  files: string,
): Promise<void> {
  await stopProcess(directory, `postgres-${host}`, "SIGINT");
  await copyFiles(join(socketFolder, "data"), files);
}

/** With their owner, who is not root. */
async function copyFiles(from: string, to: string): Promise<void> {
  await runCommand("cp", ["-a", "--reflink=auto", from, to]);
}

/** A client over the port, with the password, as the runbook's own `psql` comes. */
export function clientOf({ port, password }: Cluster): Client {
  return new Client({ host: "127.0.0.1", port, user: databaseUser, password, database });
}

/** PostgreSQL refuses to run as root: there the account that Debian's package made has to do it. */
async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (which) => Number(await runCommand("id", [which, "postgres"]))),
  );
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

function initArguments(data: string): string[] {
  const local = ["--username=postgres", "--auth-local=trust", "--auth-host=md5"];
  return [
    "-D",
    data,
    ...local,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
    "--wal-segsize=1",
  ];
}

/** Durability is of no use to a cluster that is thrown away; mover's own client knows md5 only. */
function settings(socketFolder: string, port: number): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: socketFolder,
    password_encryption: "md5",
    max_connections: "120",
    shared_buffers: "16MB",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    autovacuum: "off",
    logging_collector: "off",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function superuser({ port, socketFolder }: Cluster): Client {
  return new Client({ host: socketFolder, port, user: "postgres", database: "postgres" });
}

async function answers(cluster: Cluster): Promise<boolean> {
  const client = superuser(cluster);
  client.on("error", () => {});
  return client.connect().then(
    async () => {
      await client.end();
      return true;
    },
    () => false,
  );
}

function createDatabase(cluster: Cluster): Promise<void> {
  return asSuperuser(
    cluster,
    `CREATE ROLE ${databaseUser} LOGIN PASSWORD '${cluster.password}'`,
    `CREATE DATABASE ${database} OWNER ${databaseUser}`,
  );
}

function setPassword(cluster: Cluster): Promise<void> {
  return asSuperuser(cluster, `ALTER ROLE ${databaseUser} PASSWORD '${cluster.password}'`);
}

async function asSuperuser(cluster: Cluster, ...statements: readonly string[]): Promise<void> {
  const client = superuser(cluster);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
