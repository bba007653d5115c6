import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Connection } from "../../src/transport/connection.ts";
import { openConsole } from "../../src/transport/console/attached-console.ts";
import type { Console } from "../../src/transport/console/console.ts";
import { HostPool } from "../../src/transport/ssh/host-pool.ts";
import { KnownHosts } from "../../src/transport/ssh/known-hosts.ts";
import { install, schemaPackage } from "../../worlds/chef/packages.ts";
import type { HostName } from "../../worlds/common/inventory-file.ts";
import { startEmbeddedWorld } from "../../worlds/embedded/start-embedded-world.ts";
import type {
  EmbeddedWorld,
  EmbeddedWorldOptions,
} from "../../worlds/embedded/start-embedded-world.ts";

/** A world and the product's own way into it. */
export interface Fleet {
  readonly world: EmbeddedWorld;
  connect(host: HostName): Promise<Connection>;
  /** Runs a command on a host with the world's ports and secrets around it; answers stdout, or fails loudly. */
  sh(host: HostName, line: string): Promise<string>;
  console(): Promise<Console>;
  stop(): Promise<void>;
}

export async function startFleet(options: Partial<EmbeddedWorldOptions> = {}): Promise<Fleet> {
  const world = await startEmbeddedWorld({
    directory: options.directory ?? mkdtempSync(join(tmpdir(), "embedded-test-")),
    environment: "pre-prod",
    moverVersion: "2.2.14",
    organizations: 60,
    liveTraffic: false,
    log: () => {},
    ...options,
  });
  // What the runbook's converge would bring.
  for (const { directory } of [world.hosts.pg1, world.hosts.pg2])
    install(directory, schemaPackage, schemaPackage.version);
  const hosts = Object.values(world.hosts).map(
    ({ name, sshPort }) =>
      [name, { name, address: "127.0.0.1", port: sshPort, user: "operator" }] as const,
  );
  const pool = new HostPool({
    hosts: new Map(hosts),
    knownHosts: KnownHosts.parse(world.knownHosts),
    privateKey: world.sshPrivateKey,
  });
  const connect = (host: HostName) => pool.get(host);
  const sh = async (host: HostName, line: string) => {
    const { end, stdout, stderr } = await (await connect(host)).exec(command(world, line));
    if (end.kind === "exited" && end.status === 0) return stdout;
    throw new Error(`${host}: ${line}: ${JSON.stringify(end)} ${stdout}${stderr}`);
  };
  const console = async () => openConsole(await connect("couch1"), consoleOptions(world));
  const stop = async () => {
    await pool.closeAll();
    await world.stop();
  };
  return { world, connect, sh, console, stop };
}

/** A command as a step of the runbook would send it. */
export function command(world: EmbeddedWorld, line: string): Command {
  return {
    line,
    env: { PGHOST: "127.0.0.1", PGPORT: "5432", REDIS_PORT: String(world.redis.port) },
    secrets: {
      PGPASSWORD: world.secrets["db_password"] ?? "",
      REDISCLI_AUTH: world.secrets["redis_password"] ?? "",
    },
  };
}

function consoleOptions(world: EmbeddedWorld) {
  return {
    name: "mover",
    host: "couch1",
    directory: join(world.hosts.couch1.directory, "srv/chef_mover/current/bin"),
    node: "mover@127.0.0.1",
    start: "sudo ./mover start",
    attach: "sudo ./mover attach",
    ping: "sudo ./mover ping",
    stop: "sudo ./mover stop",
    settleSeconds: 0,
  };
}
