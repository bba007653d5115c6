import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plantFlags, type Flags } from "../common/flags.ts";
import { RedisClient } from "../common/redis-client.ts";
import { freePort } from "./free-port.ts";
import { startProcess, untilReady } from "./processes.ts";

/** Starts the flags' Redis with a password, and puts these flags into it. */
export async function startRedisServer(
  directory: string,
  password: string,
  flags: Flags,
): Promise<number> {
  const port = await freePort();
  const folder = join(directory, "redis");
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, "redis.conf");
  writeFileSync(configFile, configText(folder, port, password), { mode: 0o600 });
  const started = startProcess(directory, "redis", ["redis-server", configFile]);
  const client = new RedisClient({ host: "127.0.0.1", port, password });
  try {
    await untilReady(started, () =>
      client.command("PING").then(
        () => true,
        () => false,
      ),
    );
    await plantFlags(client, flags);
  } finally {
    client.close();
  }
  return port;
}

function configText(folder: string, port: number, password: string): string {
  return `bind 127.0.0.1
port ${port}
requirepass ${password}
daemonize no
save ""
appendonly no
dir "${folder}"
`;
}
