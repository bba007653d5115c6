import { createServer } from "node:net";
import type { Socket } from "node:net";
import { listen } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { encodeReply, RedisError, RespReader } from "./resp.ts";
import type { Reply } from "./resp.ts";

/** What is wrong with it: nothing, it takes no writes, it has no memory, it takes requests and does not answer, or it is away. */
export type RedisMode = "normal" | "read-only" | "out-of-memory" | "hung" | "down";

export interface RedisServer extends Listening {
  setMode(mode: RedisMode): void;
}

type Keys = Map<string, string | Map<string, string>>;

const writes = new Set(["SET", "DEL", "HSET", "HMSET", "HDEL"]);
const refusals: Readonly<Record<string, string>> = {
  "read-only": "READONLY You can't write against a read only replica.",
  "out-of-memory": "OOM command not allowed when used memory > 'maxmemory'.",
};

/** A Redis of the few commands that the flags need, for machines that have none. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const keys: Keys = new Map();
  let mode: RedisMode = "normal";
  let held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (mode === "down") return void socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const session = { open: password === undefined };
    const reader = new RespReader();
    const answer = (request: Reply) => socket.write(encodeReply(handle(request, session)));
    socket.on("data", (chunk) => {
      for (const request of reader.push(chunk)) {
        if (mode === "hung") held.push(() => answer(request));
        else answer(request);
      }
    });
  });
  const handle = (request: Reply, session: { open: boolean }): Reply => {
    const [name = "", ...args] = Array.isArray(request) ? request.map(String) : [];
    const command = name.toUpperCase();
    if (command === "AUTH") return authenticate(session, args.at(-1), password);
    if (!session.open) return new RedisError("NOAUTH Authentication required.");
    const refusal = writes.has(command) ? refusals[mode] : undefined;
    return refusal === undefined ? execute(keys, command, args) : new RedisError(refusal);
  };
  const setMode = (next: RedisMode) => {
    mode = next;
    if (next === "down") for (const socket of sockets) socket.destroy();
    const late = next === "hung" ? [] : held;
    if (next !== "hung") held = [];
    for (const answer of late) answer();
  };
  return { ...(await listen(server)), setMode };
}

function authenticate(
  session: { open: boolean },
  given: string | undefined,
  wanted?: string,
): Reply {
  if (wanted === undefined) {
    return new RedisError(
      "ERR AUTH <password> called without any password configured for the default user.",
    );
  }
  session.open = given === wanted;
  return session.open
    ? "OK"
    : new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
}

function execute(keys: Keys, command: string, args: readonly string[]): Reply {
  const [key = "", ...rest] = args;
  switch (command) {
    case "PING":
      return "PONG";
    case "GET":
      return asString(keys.get(key));
    case "SET":
      keys.set(key, rest[0] ?? "");
      return "OK";
    case "DEL":
      return args.filter((name) => keys.delete(name)).length;
    case "HSET":
      return setFields(keys, key, rest);
    case "HMSET":
      return setFields(keys, key, rest) instanceof RedisError ? wrongArity("hmset") : "OK";
    case "HGET":
      return fieldsOf(keys, key).get(rest[0] ?? "") ?? null;
    case "HMGET":
      return rest.map((field) => fieldsOf(keys, key).get(field) ?? null);
    case "HGETALL":
      return [...fieldsOf(keys, key)].flat();
    case "HDEL":
      return deleteFields(keys, key, rest);
    case "SCAN":
      return ["0", scan(keys, args)];
    default:
      return new RedisError(
        `ERR unknown command '${command.toLowerCase()}', with args beginning with: `,
      );
  }
}

function asString(value: string | Map<string, string> | undefined): Reply {
  if (value instanceof Map) {
    return new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
  }
  return value ?? null;
}

function fieldsOf(keys: Keys, key: string): Map<string, string> {
  const value = keys.get(key);
  return value instanceof Map ? value : new Map<string, string>();
}

function setFields(keys: Keys, key: string, pairs: readonly string[]): Reply {
  if (pairs.length === 0 || pairs.length % 2 !== 0) return wrongArity("hset");
  const fields = fieldsOf(keys, key);
  const before = fields.size;
  for (let index = 0; index < pairs.length; index += 2)
    fields.set(pairs[index] ?? "", pairs[index + 1] ?? "");
  keys.set(key, fields);
  return fields.size - before;
}

function deleteFields(keys: Keys, key: string, names: readonly string[]): number {
  const fields = fieldsOf(keys, key);
  const deleted = names.filter((name) => fields.delete(name)).length;
  if (fields.size === 0) keys.delete(key);
  return deleted;
}

function scan(keys: Keys, args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg.toUpperCase() === "MATCH");
  const pattern = at < 0 ? "*" : (args[at + 1] ?? "*");
  const matcher = new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`);
  return [...keys.keys()].filter((key) => matcher.test(key));
}

function wrongArity(command: string): RedisError {
  return new RedisError(`ERR wrong number of arguments for '${command}' command`);
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
