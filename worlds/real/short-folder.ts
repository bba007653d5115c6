import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder with a short path that other users may pass through. PostgreSQL lives in it: the path of
 * its socket has to fit into 108 bytes, and started by root it runs as another user, who may not be
 * able to reach the world's own folder.
 */
export function makeShortFolder(directory: string): string {
  const folder = mkdtempSync("/tmp/rp-");
  chmodSync(folder, 0o711);
  writeFileSync(noteIn(directory), `${folder}\n`);
  return folder;
}

/** The short folder of a world, also for those who did not start it. */
export function shortFolderOf(directory: string): string | undefined {
  try {
    const folder = readFileSync(noteIn(directory), "utf8").trim();
    return folder.startsWith("/tmp/rp-") ? folder : undefined;
  } catch {
    return undefined;
  }
}

function noteIn(directory: string): string {
  return join(directory, "short-folder");
}
