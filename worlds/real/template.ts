import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const making = new Map<string, Promise<string>>();

/**
 * A folder that is made once for each machine and copied by every world after that: what takes
 * seconds to make and always comes out the same. It is named for what goes into it, so that a stale one is
 * never met, and appears whole or not at all, however many make it at the same time.
 */
export async function template(
  name: string,
  ingredients: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(templates(), `${name}-${digest(ingredients)}`);
  const made = making.get(folder) ?? makeOnce(folder, make);
  making.set(folder, made);
  return made.finally(() => making.delete(folder));
}

async function makeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  const draft = mkdtempSync(join(templates(), "making-"));
  try {
    await make(draft);
    renameSync(draft, folder);
  } catch (error) {
    // Somebody else was quicker, and theirs is the same.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Nobody else can put something there that a world would run. */
function templates(): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `runbook-phase-templates-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} belongs to somebody else. Next: remove it`);
  return folder;
}

function digest(ingredients: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of ingredients.flatMap(filesIn))
    hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
