import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ConsoleOptions } from "../../../../src/transport/console/console.ts";

const run = promisify(execFile);
const fixture = join(import.meta.dirname, "..", "fixture");

/** An Erlang release of its own in a temporary folder, with its own port mapper. */
export interface Release {
  readonly directory: string;
  readonly options: ConsoleOptions;
  remove(): Promise<void>;
}

export async function createRelease(name = "mover", erlArguments = ""): Promise<Release> {
  const directory = await mkdtemp(join(tmpdir(), "console-"));
  await cp(fixture, directory, { recursive: true });
  const port = await freePort();
  const node = `${name}@127.0.0.1`;
  const settings = `NODE=${node}\nCOOKIE=mover\nERL_EPMD_PORT=${port}\nARGUMENTS="${erlArguments}"\n`;
  await writeFile(join(directory, "node.conf"), settings);
  const verb = (word: string): string => `./mover ${word}`;
  const options: ConsoleOptions = {
    name,
    host: "localhost",
    directory: join(directory, "bin"),
    node,
    start: verb("start"),
    attach: verb("attach"),
    ping: verb("ping"),
    stop: verb("stop"),
    settleSeconds: 0.1,
  };
  return { directory, options, remove: () => remove(directory, port) };
}

async function remove(directory: string, port: number): Promise<void> {
  const mover = join(directory, "bin", "mover");
  await run(mover, ["stop"]).catch(() => {});
  const stopped = async (): Promise<boolean> =>
    run(mover, ["ping"]).then(
      () => false,
      () => true,
    );
  for (let tries = 0; tries < 20 && !(await stopped()); tries += 1);
  await run("epmd", ["-port", String(port), "-kill"]).catch(() => {});
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<unknown>((resolve) => void server.close(resolve));
  return port;
}

/** What run_erl wrote of the console, oldest first. */
export async function consoleLog({ directory }: Release): Promise<string> {
  const folder = join(directory, "log");
  const names = (await readdir(folder)).filter((name) => name.startsWith("erlang.log"));
  const files = names.map(async (name) => {
    const path = join(folder, name);
    return { changed: (await stat(path)).mtimeMs, text: await readFile(path, "latin1") };
  });
  const sorted = (await Promise.all(files)).toSorted((a, b) => a.changed - b.changed);
  return sorted.map(({ text }) => text).join("");
}
