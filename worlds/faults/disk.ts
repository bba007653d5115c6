import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { mountSmall } from "../real/mounts.ts";

/** A file system on which there can be no room. */
export interface Disk {
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
}

/** What lies on it: the engine's own state on a host, or the journal. */
export type Shelf = "jobs" | "journal";

export const shelves: Readonly<Record<Shelf, string>> = {
  jobs: ".runbook-phase",
  journal: "var/journal",
};

/** A file system of its own, really full; undefined where this user may not mount one. */
export async function mountedDisk(host: string, shelf: Shelf): Promise<Disk | undefined> {
  const folder = join(host, shelves[shelf]);
  mkdirSync(folder, { recursive: true });
  if (!(await mountSmall(folder))) return undefined;
  return {
    fill: () => Promise.resolve(fill(folder)),
    makeRoom: async () => {
      for (const name of readdirSync(folder))
        if (name.startsWith(filler)) rmSync(join(folder, name));
      return Promise.resolve();
    },
  };
}

const filler = ".filler-";

/** Takes every block, and then every file that there could be. */
function fill(folder: string): void {
  const block = Buffer.alloc(4096);
  for (let number = 0; ; number += 1) {
    try {
      const file = openSync(join(folder, `${filler}${number}`), "w");
      try {
        if (number === 0) for (;;) writeSync(file, block);
      } catch (error) {
        assertFull(error);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      return assertFull(error);
    }
  }
}

function assertFull(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
}

/** Programs before the machine's own that say what a full disk makes them say, and /dev/full in the place of a job's end. */
export function standInDisk(host: string, shelf: Shelf): Disk {
  const [program, when] =
    shelf === "jobs" ? ["mkdir", "true"] : ["head", '[ "$1" = -c ] && [ $# -eq 2 ]'];
  const mark = join(host, "disk-full");
  const script = `#!/bin/sh
if [ -e '${mark}' ] && ${when}; then
  echo "${program}: No space left on device" >&2
  exit 1
fi
exec /bin/${program} "$@"
`;
  writeFileSync(join(host, "bin", program), script, { mode: 0o755 });
  return {
    fill: () => {
      writeFileSync(mark, "");
      if (shelf === "jobs") for (const end of endsOfJobs(host)) replace(end, toFull);
      return Promise.resolve();
    },
    makeRoom: () => {
      rmSync(mark);
      if (shelf === "jobs") for (const end of endsOfJobs(host)) replace(end, toFile);
      return Promise.resolve();
    },
  };
}

/** Where the jobs that run are to write how they ended. */
function endsOfJobs(host: string): string[] {
  const jobs = join(host, shelves.jobs, "jobs");
  if (!existsSync(jobs)) return [];
  return readdirSync(jobs)
    .map((id) => join(jobs, id, ".exit"))
    .filter((file) => existsSync(file));
}

const toFull = (file: string): void => symlinkSync("/dev/full", file);
const toFile = (file: string): void => writeFileSync(file, "");

/** Whole at every moment, since the job tries again and again. */
function replace(file: string, make: (draft: string) => void): void {
  const draft = `${file}.draft`;
  make(draft);
  renameSync(draft, file);
}
