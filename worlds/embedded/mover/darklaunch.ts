import { setTimeout as sleep } from "node:timers/promises";
import { flagsKey } from "../../common/flags.ts";
import type { RedisClient } from "../../common/redis-client.ts";
import { RedisError } from "../../common/resp.ts";
import { binary, tuple } from "./erlang-text.ts";

/** Redis took the request and gave no answer in time; the write may still come. */
export class DarklaunchTimeout extends Error {
  override readonly name = "DarklaunchTimeout";
}

/** What befalls a change of flags, brought about on purpose: one setting is lost on its way, or they come slowly. */
export interface FlagFault {
  readonly lost?: string;
  readonly pauseMilliseconds?: number;
}

/** Sets the flags as mover does: any text is taken, and of several settings only the last answer is given. */
export async function setFlags(
  redis: RedisClient,
  names: readonly string[],
  value: string,
  { lost, pauseMilliseconds = 0 }: FlagFault = {},
): Promise<string> {
  let answer = "ok";
  for (const name of names) {
    if (name !== lost) answer = await setFlag(redis, name, value);
    if (pauseMilliseconds > 0) await sleep(pauseMilliseconds);
  }
  return answer;
}

async function setFlag(redis: RedisClient, name: string, value: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), 5_000);
  });
  const written = redis.command("HSET", flagsKey, name, value).then(
    () => "ok",
    (error: unknown) =>
      error instanceof RedisError
        ? tuple("error", binary(error.message))
        : tuple("error", "no_connection"),
  );
  const answer = await Promise.race([written, late]);
  clearTimeout(timer);
  if (answer === "late")
    throw new DarklaunchTimeout("{timeout,{gen_server,call,[eredis_client,request]}}");
  return answer;
}
