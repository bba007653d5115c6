import { RedisClient } from "../../common/redis-client.ts";
import { RedisError } from "../../common/resp.ts";
import type { Reply } from "../../common/resp.ts";

interface Options {
  readonly host: string;
  readonly port: number;
  readonly scan: boolean;
  readonly pattern: string;
  readonly command: readonly string[];
}

/** One command, or a scan of the keys, printed as redis-cli prints into a pipe. */
async function redisCli(argv: readonly string[]): Promise<number> {
  const { host, port, scan, pattern, command } = parse(argv);
  const password = process.env["REDISCLI_AUTH"];
  const redis = new RedisClient({ host, port, ...(password ? { password } : {}) });
  try {
    const reply = scan
      ? await redis.command("SCAN", "0", "MATCH", pattern)
      : await redis.command(...command);
    const shown = scan && Array.isArray(reply) ? reply[1] : reply;
    process.stdout.write(show(shown));
    return 0;
  } catch (error) {
    if (error instanceof RedisError) process.stdout.write(`${error.message}\n\n`);
    else
      process.stderr.write(`Could not connect to Redis at ${host}:${port}: Connection refused\n`);
    return error instanceof RedisError ? 0 : 1;
  } finally {
    redis.close();
  }
}

function parse(argv: readonly string[]): Options {
  let [host, port, scan, pattern] = ["127.0.0.1", 6379, false, "*"];
  let index = 0;
  for (; index < argv.length && argv[index]?.startsWith("-"); index += 1) {
    const next = argv[index + 1] ?? "";
    if (argv[index] === "--scan") scan = true;
    if (argv[index] === "-h") host = next;
    if (argv[index] === "-p") port = Number(next);
    if (argv[index] === "--pattern") pattern = next;
    if (["-h", "-p", "--pattern", "-n"].includes(argv[index] ?? "")) index += 1;
  }
  return { host, port, scan, pattern, command: argv.slice(index) };
}

function show(reply: Reply | undefined): string {
  if (Array.isArray(reply)) return reply.map(show).join("");
  return `${reply === null || reply === undefined ? "" : String(reply)}\n`;
}

process.exitCode = await redisCli(process.argv.slice(2));
