import { StringDecoder } from "node:string_decoder";

import type { Connection } from "../transport/connection.ts";
import type { StepContext } from "./context.ts";
import { own } from "./failure-rules.ts";
import type { Log, LogFile } from "./resources.ts";

/**
 * How far each file of a log was read: host → file → bytes. A file is its inode and its time of birth: it keeps them
 * when it is rotated, while a removed file's inode alone soon belongs to another one.
 */
export type LogPosition = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Lists the log's files oldest first (last written, then born: both in one tick of the clock happen) and prints of each what is new: a header line
 * `inode offset length path`, then exactly that many bytes. A file that shrank is read from its start.
 */
const readNewScript = `IFS=
cursor=" $CURSOR "
list() { TZ=UTC0 stat -c '%y|%w|%i|%s|%n' $FILES 2>/dev/null | LC_ALL=C sort; }
list | while IFS='|' read -r changed born number size file; do
  if [ ! -f "$file" ]; then continue; fi
  day=\${born%% *}; time=\${born#* }; inode=$number-$day-\${time%% *}
  case "$cursor" in
    *" $inode:"*) offset=\${cursor##*" $inode:"}; offset=\${offset%% *} ;;
    *) offset=0 ;;
  esac
  if [ "$size" -lt "$offset" ]; then offset=0; fi
  length=$((size - offset))
  if [ "$length" -gt "$LIMIT" ]; then length=$LIMIT; fi
  if [ "$SKIP" = yes ]; then printf '%s %s 0 %s\\n' "$inode" "$size" "$file"; continue; fi
  printf '%s %s %s %s\\n' "$inode" "$offset" "$length" "$file"
  if [ "$length" -gt 0 ]; then tail -c "+$((offset + 1))" "$file" | head -c "$length"; fi
done`;

/** What is kept of a line that has no end yet; nothing that anybody looks for stands further on. */
const lineLength = 256 * 1024;
const limitBytes = 16 * 1024 * 1024;

/** Reads a log from a position on, on all of its hosts, whole lines only. */
export class LogReader {
  readonly #log: Log;
  readonly #context: StepContext;
  readonly #cursors = new Map<string, Map<string, number>>();
  readonly #found = new Set<string>();
  readonly #partial = new Map<string, { decoder: StringDecoder; text: string }>();
  /** Files that were there at the position and are gone now: what they held further on is not known. */
  readonly vanished = new Set<string>();

  /** Hosts on which no file of the log was ever found. */
  get unseen(): readonly string[] {
    return this.#log.on.map(({ host }) => host).filter((host) => !this.#found.has(host));
  }

  constructor(log: Log, context: StepContext, position?: LogPosition) {
    this.#log = log;
    this.#context = context;
    for (const [host, inodes] of Object.entries(position ?? {})) {
      this.#cursors.set(host, new Map(Object.entries(inodes)));
    }
  }

  /** Moves to the present end of the log, so that only what is written from now on is read. */
  async skipToEnd(): Promise<void> {
    await Promise.all(this.#log.on.map((on) => this.#read(on, true, () => undefined)));
  }

  position(): LogPosition {
    return Object.fromEntries(
      [...this.#cursors].map(([host, inodes]) => [host, Object.fromEntries(inodes)]),
    );
  }

  /** Hands over each new line with its host; resolves when everything that was there is read. */
  async readNew(onLine: (line: string, host: string) => void): Promise<void> {
    await Promise.all(this.#log.on.map((on) => this.#drain(on, onLine)));
  }

  async #drain(on: LogFile, onLine: (line: string, host: string) => void): Promise<void> {
    let retries = 3;
    for (;;) {
      try {
        // A file longer than the limit comes in several answers, so that memory stays flat.
        if ((await this.#read(on, false, onLine)) < limitBytes) return;
      } catch (error) {
        // A file that is rotated between its listing and its reading cuts the answer short; what came counts.
        retries -= 1;
        if (retries === 0 || this.#context.signal.aborted) throw error;
      }
    }
  }

  async #read(
    on: LogFile,
    skip: boolean,
    onLine: (line: string, host: string) => void,
  ): Promise<number> {
    const cursor = this.#cursors.get(on.host) ?? new Map<string, number>();
    this.#cursors.set(on.host, cursor);
    const connection = await this.#context.connect(on.host);
    const env = {
      FILES: on.files,
      CURSOR: [...cursor].map(([inode, offset]) => `${inode}:${offset}`).join(" "),
      LIMIT: String(limitBytes),
      SKIP: skip ? "yes" : "no",
    };
    const seen = new Set<string>();
    const bytes = await readFrames(connection, env, (frame) => {
      seen.add(frame.inode);
      this.#found.add(on.host);
      // A file that was cut begins anew, and half a line of before does not belong to it.
      if (frame.offset < (cursor.get(frame.inode) ?? 0)) {
        this.#partial.delete(`${on.host} ${frame.inode}`);
      }
      cursor.set(frame.inode, frame.offset + frame.length);
      if (frame.bytes.length > 0)
        this.#feed(`${on.host} ${frame.inode}`, on.host, frame.bytes, onLine);
    });
    for (const inode of cursor.keys()) {
      if (seen.has(inode)) continue;
      cursor.delete(inode);
      this.vanished.add(`${on.host} ${inode}`);
    }
    return bytes;
  }

  #feed(
    key: string,
    host: string,
    bytes: Buffer,
    onLine: (line: string, host: string) => void,
  ): void {
    const partial = this.#partial.get(key) ?? { decoder: new StringDecoder("utf8"), text: "" };
    this.#partial.set(key, partial);
    const lines = (partial.text + partial.decoder.write(bytes)).split("\n");
    partial.text = own((lines.pop() ?? "").slice(0, lineLength));
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line, host);
  }
}

interface Frame {
  readonly inode: string;
  readonly offset: number;
  readonly length: number;
  readonly bytes: Buffer;
}

async function readFrames(
  connection: Connection,
  env: Record<string, string>,
  onFrame: (frame: Frame) => void,
): Promise<number> {
  const process = await connection.open({ line: readNewScript, env });
  process.stdin.end();
  process.stderr.resume();
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdout) chunks.push(Buffer.from(chunk as Uint8Array));
  const end = await process.ended;
  if (end.kind === "lost")
    throw new Error(`${connection.host}: reading the log was cut off: ${end.reason}`);
  return parseFrames(Buffer.concat(chunks), onFrame);
}

function parseFrames(all: Buffer, onFrame: (frame: Frame) => void): number {
  let at = 0;
  let most = 0;
  while (at < all.length) {
    const newline = all.indexOf(10, at);
    const header = all.toString("latin1", at, newline === -1 ? all.length : newline).split(" ");
    const [inode = "", offset = "0", length = "0"] = header;
    const start = newline + 1;
    const bytes = all.subarray(start, start + Number(length));
    if (newline === -1 || bytes.length < Number(length))
      throw new Error("reading the log was cut off");
    onFrame({ inode, offset: Number(offset), length: Number(length), bytes });
    most = Math.max(most, Number(length));
    at = start + Number(length);
  }
  return most;
}
