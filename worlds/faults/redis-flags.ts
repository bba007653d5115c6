import { flagNames, flagsKey } from "../common/flags.ts";
import type { FlagName } from "../common/flags.ts";
import { RedisClient } from "../common/redis-client.ts";
import type { Flags } from "./far-side.ts";

interface Address {
  readonly port: number;
  readonly password: string;
}

/** The flags as Redis has them, asked past everything else. */
export async function readFlags(address: Address): Promise<Flags> {
  const client = new RedisClient({ host: "127.0.0.1", ...address });
  try {
    const values = (await client.command("HMGET", flagsKey, ...flagNames)) as (string | null)[];
    const named = flagNames.map((name, index) => [name, values[index] ?? ""] as const);
    return Object.fromEntries(named) as Flags;
  } finally {
    client.close();
  }
}

/** Sets a flag by hand, as somebody does who does not know of the journal. */
export async function writeFlag(address: Address, name: FlagName, value: string): Promise<void> {
  const client = new RedisClient({ host: "127.0.0.1", ...address });
  try {
    await client.command("HSET", flagsKey, name, value);
  } finally {
    client.close();
  }
}
