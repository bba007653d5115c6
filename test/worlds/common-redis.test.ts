import { afterEach, beforeEach, expect, test } from "vitest";
import { flagsBefore, flagsFrom, plantFlags } from "../../worlds/common/flags.ts";
import { RedisClient } from "../../worlds/common/redis-client.ts";
import { startRedis } from "../../worlds/common/redis-server.ts";
import type { RedisServer } from "../../worlds/common/redis-server.ts";
import { encodeReply, encodeRequest, RespReader } from "../../worlds/common/resp.ts";

let server: RedisServer;
let redis: RedisClient;
beforeEach(async () => {
  server = await startRedis("secret");
  redis = new RedisClient({ host: "127.0.0.1", port: server.port, password: "secret" });
});
afterEach(async () => {
  redis.close();
  await server.close();
});

test("hashes, strings and scans answer as Redis does", async () => {
  expect(await redis.command("PING")).toBe("PONG");
  expect(await redis.command("HSET", "h", "a", "1", "b", "zwölf")).toBe(2);
  expect(await redis.command("HSET", "h", "a", "2")).toBe(0);
  expect(await redis.command("HMSET", "h", "c", "3")).toBe("OK");
  expect(await redis.command("HMGET", "h", "a", "b", "x")).toEqual(["2", "zwölf", null]);
  expect(await redis.command("HGETALL", "h")).toEqual(["a", "2", "b", "zwölf", "c", "3"]);
  expect(await redis.command("HDEL", "h", "a", "x")).toBe(1);
  expect(await redis.command("HGET", "h", "a")).toBeNull();
  await redis.command("SET", "dl_org_x", "1");
  expect(await redis.command("SCAN", "0", "MATCH", "dl_org_*")).toEqual(["0", ["dl_org_x"]]);
  expect(await redis.command("DEL", "dl_org_x", "nothing")).toBe(1);
  await expect(redis.command("NOSUCH")).rejects.toThrow("unknown command");
  await expect(redis.command("HSET", "h", "odd")).rejects.toThrow("wrong number of arguments");
});

test("without the password nothing is told", async () => {
  const stranger = new RedisClient({ host: "127.0.0.1", port: server.port });
  await expect(stranger.command("HGETALL", "dl_default")).rejects.toThrow("NOAUTH");
  stranger.close();
});

test("it refuses writes when it is read-only or full, and answers late after it hung", async () => {
  server.setMode("read-only");
  await expect(redis.command("HSET", "h", "a", "1")).rejects.toThrow("READONLY");
  server.setMode("out-of-memory");
  await expect(redis.command("HSET", "h", "a", "1")).rejects.toThrow("OOM");
  server.setMode("hung");
  const late = redis.command("HSET", "h", "a", "1");
  server.setMode("normal");
  expect(await late).toBe(1);
});

test("flags are planted and read; while Redis is away the last known ones count", async () => {
  await plantFlags(redis);
  const flags = flagsFrom(redis);
  expect(await flags()).toEqual(flagsBefore);
  await redis.command("HSET", "dl_default", "orgs_503_mode", "true");
  expect(await flags()).toEqual({ ...flagsBefore, orgs_503_mode: "true" });
  await server.close();
  expect(await flags()).toEqual({ ...flagsBefore, orgs_503_mode: "true" });
});

test("a client connects again after a loss", async () => {
  await redis.command("PING");
  await server.close();
  await expect(redis.command("PING")).rejects.toThrow(/closed the connection|ECONN/);
  await expect(redis.command("PING")).rejects.toThrow("ECONNREFUSED");
});

test("replies are read whole however they are cut", () => {
  const bytes = Buffer.from(
    encodeRequest(["HSET", "k", "wörter"]) + encodeReply([null, 7, "x", ["y"]]),
  );
  const whole = [
    ["HSET", "k", "wörter"],
    [null, 7, "x", ["y"]],
  ];
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reader = new RespReader();
    expect([...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]).toEqual(
      whole,
    );
  }
});
