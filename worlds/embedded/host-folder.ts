import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { compileCache } from "../common/compile-cache.ts";
import { writeNodeProgram } from "../common/node-program.ts";
import { markName } from "./processes.ts";

/** Folder of the stand-ins' sources. */
const sources = join(import.meta.dirname, "stand-ins");
const shells = ["sudo", "make", "sqitch", "ps"];
const scripts = ["psql", "redis-cli", "curl"];

/** A host's own folder: what an SSH session there sees as its home. */
export interface HostFolder {
  readonly name: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a host's folder with stand-ins for the programs that a runbook calls, first in its PATH. */
export function createHostFolder(world: string, name: string, mark: string): HostFolder {
  const directory = join(world, "hosts", name);
  for (const folder of ["bin", "srv", "var", "tmp"])
    mkdirSync(join(directory, folder), { recursive: true });
  const bin = join(directory, "bin");
  for (const command of shells) copyFileSync(join(sources, `${command}.sh`), join(bin, command));
  for (const command of scripts)
    writeNodeProgram(join(bin, command), join(sources, `${command}.ts`));
  for (const command of shells) chmodSync(join(bin, command), 0o755);
  const env = {
    HOME: directory,
    USER: "operator",
    LOGNAME: "operator",
    SHELL: "/bin/sh",
    LC_ALL: "C.UTF-8",
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    WORLD_HOST: directory,
    ...compileCache,
    [markName]: `${mark}.${name}`,
  };
  return { name, directory, env };
}
