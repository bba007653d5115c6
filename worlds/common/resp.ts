/** A reply or a request of Redis' protocol, decoded. */
export type Reply = string | number | null | RedisError | readonly Reply[];

/** What Redis answers instead of a value, such as READONLY or OOM. */
export class RedisError extends Error {
  override readonly name = "RedisError";
}

/** Encodes a request, or a reply made of bulk strings. */
export function encodeRequest(parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.map(bulk).join("")}`;
}

/** Encodes any reply of our stand-in. */
export function encodeReply(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (reply instanceof RedisError) return `-${reply.message}\r\n`;
  if (typeof reply === "string") return bulk(reply);
  return `*${reply.length}\r\n${reply.map(encodeReply).join("")}`;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Collects bytes and hands out what is whole; used on both sides of a connection. */
export class RespReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Reply[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const replies: Reply[] = [];
    for (;;) {
      const parsed = parse(this.#rest, 0);
      if (!parsed) return replies;
      replies.push(parsed.reply);
      this.#rest = this.#rest.subarray(parsed.end);
    }
  }
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

function parse(bytes: Buffer, from: number): Parsed | undefined {
  const newline = bytes.indexOf("\r\n", from);
  if (newline < 0) return undefined;
  const line = bytes.toString("utf8", from + 1, newline);
  const end = newline + 2;
  const type = String.fromCharCode(bytes[from] ?? 0);
  if (type === "+") return { reply: line, end };
  if (type === "-") return { reply: new RedisError(line), end };
  if (type === ":") return { reply: Number(line), end };
  if (type === "$") return parseBulk(bytes, end, Number(line));
  if (type === "*") return parseArray(bytes, end, Number(line));
  // An inline command, as a person types it over telnet.
  return { reply: bytes.toString("utf8", from, newline).split(" ").filter(Boolean), end };
}

function parseBulk(bytes: Buffer, from: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: from };
  if (bytes.length < from + length + 2) return undefined;
  return { reply: bytes.toString("utf8", from, from + length), end: from + length + 2 };
}

function parseArray(bytes: Buffer, from: number, length: number): Parsed | undefined {
  const items: Reply[] = [];
  let end = from;
  for (let index = 0; index < length; index += 1) {
    const item = parse(bytes, end);
    if (!item) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
