import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Completed, End, ExecOptions, RemoteProcess } from "./connection.ts";

const defaultMaxBytes = 32 * 1024 * 1024;

/** Reads a process to its end: the common half of every connection's `exec`. */
export async function collect(
  process: RemoteProcess,
  options: ExecOptions,
  began: number,
): Promise<Completed> {
  const limit = options.maxBytes ?? defaultMaxBytes;
  const stdout = keep(process.stdout, limit);
  const stderr = keep(process.stderr, limit);
  process.stdin.on("error", () => {});
  process.stdin.end(options.stdin ?? "");
  const end = await endOrInterruption(process, options, began);
  await Promise.race([
    Promise.all([stdout.over, stderr.over]),
    sleep(250, undefined, { ref: false }),
  ]);
  return {
    end,
    stdout: stdout.text(),
    stderr: stderr.text(),
    seconds: (performance.now() - began) / 1000,
    truncated: stdout.cut() || stderr.cut(),
  };
}

/** The shape of an execution that never began or whose connection was gone. */
export function lostBefore(reason: string, began: number): Completed {
  const seconds = (performance.now() - began) / 1000;
  return { end: { kind: "lost", reason }, stdout: "", stderr: "", seconds, truncated: false };
}

/** Says why waiting should stop: the caller's signal or the time. The returned `dispose` frees timer and listener. */
export function interruption(
  options: Pick<ExecOptions, "signal" | "timeoutSeconds">,
  began: number,
): { readonly reason: Promise<string>; dispose(): void } {
  let dispose = (): void => {};
  const reason = new Promise<string>((resolve) => {
    const { signal, timeoutSeconds } = options;
    const aborted = (): void => resolve("cancelled; what was started may still run on the host");
    if (signal?.aborted === true) aborted();
    signal?.addEventListener("abort", aborted, { once: true });
    const timer =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(
            () =>
              resolve(
                `no end within ${timeoutSeconds} s; what was started may still run on the host`,
              ),
            Math.max(0, timeoutSeconds * 1000 - (performance.now() - began)),
          );
    dispose = () => {
      signal?.removeEventListener("abort", aborted);
      clearTimeout(timer);
    };
  });
  return { reason, dispose };
}

async function endOrInterruption(
  process: RemoteProcess,
  options: ExecOptions,
  began: number,
): Promise<End> {
  const interrupted = interruption(options, began);
  const lost = interrupted.reason.then((reason): End => ({ kind: "lost", reason }));
  const end = await Promise.race([process.ended, lost]);
  interrupted.dispose();
  process.close();
  return end;
}

interface Kept {
  text(): string;
  cut(): boolean;
  /** Settles when nothing more can come. */
  readonly over: Promise<void>;
}

/** Keeps the first bytes of a stream and reads the rest, since an unread stream stalls the command. */
function keep(stream: Readable, limit: number): Kept {
  const chunks: Buffer[] = [];
  let kept = 0;
  let cut = false;
  stream.on("error", () => {});
  stream.on("data", (chunk: Buffer) => {
    const part = chunk.subarray(0, limit - kept);
    if (part.length < chunk.length) cut = true;
    if (part.length === 0) return;
    kept += part.length;
    chunks.push(part);
  });
  const decode = (): string =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks), { stream: cut });
  const over = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
  return { text: decode, cut: () => cut, over };
}
