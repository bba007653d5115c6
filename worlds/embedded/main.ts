import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { startEmbeddedWorld } from "./start-embedded-world.ts";
import type { EmbeddedWorld } from "./start-embedded-world.ts";

const commands = [
  [
    "pg1",
    "cd srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy",
  ],
  [
    "pg1",
    "sudo su -l opscode_chef -c 'cd srv/enterprise-chef-server-schema && sqitch status && sqitch verify'",
  ],
  [
    "redis1",
    'redis-cli -h 127.0.0.1 -p "$REDIS_PORT" HMGET dl_default orgs_503_mode couchdb_organizations',
  ],
  ["redis1", 'redis-cli -h 127.0.0.1 -p "$REDIS_PORT" --scan --pattern "dl_org_*"'],
  ["couch1", "cut -d ' ' -f 2 srv/chef_mover/current/releases/start_erl.data"],
  ["couch1", "cd srv/chef_mover/current/bin && sudo ./mover start && sleep 1 && sudo ./mover ping"],
] as const;

const world = await startEmbeddedWorld({
  directory: mkdtempSync(join(tmpdir(), "embedded-world-")),
  environment: "pre-prod",
  moverVersion: process.argv[2] === "2.2.17" ? "2.2.17" : "2.2.14",
  log: (line) => console.log(`world: ${line}`),
});
try {
  for (const line of world.describe()) console.log(line);
  for (const [host, command] of commands) console.log(await run(world, host, command));
} finally {
  await world.stop();
}

/** Runs one command on a host, the way an operator would, and shows what came back. */
async function run(
  world: EmbeddedWorld,
  host: (typeof commands)[number][0],
  command: string,
): Promise<string> {
  const settings = `export REDIS_PORT=${world.redis.port} REDISCLI_AUTH=${world.secrets["redis_password"]};`;
  const client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.once("ready", resolve).once("error", reject);
    const port = world.hosts[host].sshPort;
    client.connect({
      host: "127.0.0.1",
      port,
      username: "operator",
      privateKey: world.sshPrivateKey,
    });
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      client.exec(`${settings} ${command}`, (error, channel) => {
        if (error) return reject(error);
        let output = `${host}$ ${command}\n`;
        channel.on("data", (chunk: Buffer) => (output += chunk.toString()));
        channel.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        channel.on("exit", (status: number | null) => (output += `[exit ${status}]\n`));
        channel.on("close", () => resolve(output));
      });
    });
  } finally {
    client.end();
  }
}
