import { setTimeout as sleep } from "node:timers/promises";

import type { RedisMode } from "../common/redis-server.ts";
import { before, completes, type Fault } from "./fault.ts";
import { ends, intends } from "./moments.ts";
import { good } from "./scene.ts";

/** The flags' Redis is in no state to take the flip, whatever the console says of it. */
export const redisFaults: readonly Fault[] = [
  refuses("redis-down", "down", "Redis is down"),
  refuses("redis-read-only", "read-only", "Redis takes no writes: it is a replica"),
  refuses("redis-out-of-memory", "out-of-memory", "Redis has no memory left for writes"),
  {
    name: "redis-hung-write-applied-later",
    cause: "redis",
    title: "Redis hangs when the flip is asked for, and applies its writes when it goes on",
    end: `never a success by the console's word; the late write is seen, the settings behind it are made by a new attempt; ${completes}`,
    after: before("cutover"),
    completes: true,
    extra: { "org_related_endpoints_to_couch false": 1 },
    async play(scene) {
      const job = scene.start("cutover");
      await job.reaches(intends("flip-to-sql"));
      await scene.far.redis("hung");
      await sleep(6_000);
      await scene.far.redis("normal");
      const first = scene.must(await job.ended, ["succeeded", "unknown", "failed"]);
      if (first.outcome !== "succeeded") scene.must(await scene.run("cutover"), good);
    },
  },
  {
    name: "one-flag-lost",
    cause: "redis",
    title: "one of the flip's three settings is lost on its way, and the console says ok",
    end: `failed with the flags as they are; the re-run sets it as a new attempt; ${completes}`,
    after: before("cutover"),
    completes: true,
    extra: { "org_related_endpoints_to_couch false": 1 },
    async play(scene) {
      await scene.far.disturbFlags({ lost: "couchdb_association_requests" });
      const says = /couchdb_association_requests=true/;
      scene.must(await scene.run("cutover"), ["failed", "unknown"], says);
      scene.must(await scene.run("cutover"), ["succeeded"]);
    },
  },
];

/** Redis goes away when the phase has begun and comes back after it has ended. */
function refuses(name: string, mode: RedisMode, title: string): Fault {
  return {
    name,
    cause: "redis",
    title: `${title} when the flip is asked for`,
    end: `never a success by the console's word, nothing after it; repaired, ${completes}`,
    after: before("cutover"),
    completes: true,
    ...(mode === "down" ? {} : { extra: { "org_related_endpoints_to_couch false": 1 } }),
    async play(scene) {
      const job = scene.start("cutover");
      await job.reaches(mode === "down" ? ends("all-has-gone-well") : intendsSoon);
      await scene.far.redis(mode);
      scene.must(await job.ended, ["unknown", "failed", "refused"], /flip/i);
      await scene.far.redis("normal");
      const { couchdb_organizations: flag } = await scene.far.flags();
      scene.expect(flag === "true", "Redis took the flip all the same");
      scene.must(await scene.run("cutover"), ["succeeded"]);
    },
  };
}

/** Reading the flags still works then, so only the write is refused. */
const intendsSoon = ends("all-has-gone-well");
