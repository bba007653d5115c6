import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootPrefix } from "./packages.ts";
import { runCommand } from "./run-command.ts";

/** Puts a file system of its own, a megabyte in size, under a folder and what is in it; false where this user may not. */
export async function mountSmall(folder: string): Promise<boolean> {
  const root = await rootPrefix();
  if (root === undefined) return false;
  const before = await mkdtemp(join(tmpdir(), "before-"));
  try {
    await cp(folder, before, { recursive: true });
    const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
    const options = `size=1m,nr_inodes=1k,mode=700,${owner}`;
    await asRoot(root, ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]);
    await cp(before, folder, { recursive: true });
    return true;
  } catch {
    // A container may be root and yet mount nothing.
    return false;
  } finally {
    await rm(before, { recursive: true, force: true });
  }
}

/** Takes away every file system that was put under a folder of a world. */
export async function unmountAll(directory: string): Promise<void> {
  const places = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((place) => place.startsWith(`${directory}/`));
  if (places.length === 0) return;
  const root = (await rootPrefix()) ?? [];
  for (const place of places) await asRoot(root, ["umount", "-l", place]).catch(() => undefined);
}

async function asRoot(root: readonly string[], words: readonly string[]): Promise<void> {
  const [command = "", ...args] = [...root, ...words];
  await runCommand(command, args);
}
