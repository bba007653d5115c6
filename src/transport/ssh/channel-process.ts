import { Readable } from "node:stream";
import type { ClientChannel } from "ssh2";
import type { End, RemoteProcess } from "../connection.ts";

/** After the process has ended, a background child may hold its output open; nobody waits for that longer. */
const graceMilliseconds = 1000;
const longestDrainMilliseconds = 10_000;
/** What nobody reads of stderr beyond this is dropped, since unread stderr stalls the command. */
const unreadStderrBytes = 1024 * 1024;

/** A session's channel as a process: one truthful end, whatever the server says or leaves unsaid. */
export function channelProcess(
  channel: ClientChannel,
  connectionLost: Promise<string>,
  released: () => void,
): RemoteProcess {
  const { promise: ended, resolve } = Promise.withResolvers<End>();
  let exit: End | undefined;
  let lastData = performance.now();
  watchPushes(channel, () => (lastData = performance.now()));
  channel.on("error", () => {});

  channel.on("exit", (code: number | null, signal?: string) => {
    exit =
      code === null
        ? { kind: "signalled", signal: signal ?? "unknown" }
        : { kind: "exited", status: code };
    lastData = performance.now();
    waitForQuiet();
  });
  channel.on("close", () => {
    resolve(exit ?? { kind: "lost", reason: "its channel was closed without an exit status" });
    released();
  });
  void connectionLost.then((reason) => {
    resolve(exit ?? { kind: "lost", reason });
    released();
  });

  function waitForQuiet(): void {
    const since = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - lastData < graceMilliseconds && now - since < longestDrainMilliseconds) return;
      if (exit !== undefined) resolve(exit);
      if (channel.readableLength === 0) channel.close();
      clearInterval(timer);
    }, 100);
    channel.once("close", () => clearInterval(timer));
    void connectionLost.then(() => clearInterval(timer));
  }

  const close = (): void => {
    channel.close();
    resolve(exit ?? { kind: "lost", reason: "closed on our side; it may still run on the host" });
    channel.resume();
  };
  return { stdin: channel, stdout: channel, stderr: drained(channel.stderr), ended, close };
}

/** Notices arriving data without reading it, so that the one who asked for the stream still gets all of it. */
function watchPushes(channel: ClientChannel, seen: () => void): void {
  for (const stream of [channel, channel.stderr]) {
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      seen();
      return push(chunk, encoding);
    };
  }
}

function drained(stderr: Readable): Readable {
  const copy = new Readable({ read() {} });
  stderr.on("data", (chunk: Buffer) => {
    if (copy.readableLength < unreadStderrBytes) copy.push(chunk);
  });
  let over = false;
  const end = (): void => {
    if (!over) copy.push(null);
    over = true;
  };
  stderr.once("end", end);
  stderr.once("close", end);
  stderr.on("error", () => {});
  return copy;
}
