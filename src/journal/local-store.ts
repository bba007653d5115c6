import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { JournalError } from "./journal-error.ts";
import {
  checkMarker,
  journalFile,
  markerFile,
  movedError,
  type Store,
  type Stored,
} from "./store.ts";
import { errorText } from "../config/error-text.ts";

export interface LocalStoreOptions {
  readonly directory: string;
  /** Wanted in the directory's marker; without it the directory is made and has none, as for the runner's own file. */
  readonly environment?: string;
  /** Default `journal.jsonl`. */
  readonly file?: string;
}

/** A journal on this machine: for a terminal, and for a rollback whose journal host is gone. */
export function localStore({
  directory,
  environment,
  file = journalFile,
}: LocalStoreOptions): Store {
  const path = join(directory, file);
  return {
    name: path,
    load: ({ onlyLook = false } = {}) =>
      guard(path, "unreadable", () => load(path, directory, environment, onlyLook)),
    append: (text, offset) => guard(path, "unwritable", () => append(path, text, offset)),
    repair: (keep, size) => guard(path, "unwritable", () => repair(path, keep, size)),
    close: () => Promise.resolve(),
  };
}

async function load(
  path: string,
  directory: string,
  environment: string | undefined,
  onlyLook: boolean,
): Promise<Stored> {
  if (environment === undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
  else
    checkMarker(
      (await readIfThere(join(directory, markerFile)))?.toString().trim(),
      environment,
      path,
      directory,
    );
  const bytes = await readIfThere(path);
  if (bytes !== undefined) return { text: bytes.toString("latin1"), bytes: bytes.length };
  if (onlyLook) return { text: "", bytes: 0 };
  await (await open(path, "a", 0o600)).close();
  await syncDirectory(directory);
  return { text: "", bytes: 0 };
}

async function append(path: string, text: string, offset: number): Promise<void> {
  await withFile(path, "a", async (handle) => {
    const { size } = await handle.stat();
    if (size !== offset) throw movedError(path, String(size), offset);
    await handle.appendFile(text);
    await handle.sync();
  });
}

async function repair(path: string, keep: number, size: number): Promise<string> {
  return await withFile(path, "r+", async (handle) => {
    const bytes = await handle.readFile();
    if (bytes.length !== size) throw movedError(path, String(bytes.length), size);
    const beside = await keepBeside(path, keep, bytes.subarray(keep));
    await handle.truncate(keep);
    await handle.sync();
    return beside;
  });
}

async function keepBeside(
  path: string,
  offset: number,
  torn: Uint8Array,
  number = 1,
): Promise<string> {
  const beside = `${path}.torn-${offset}${number === 1 ? "" : `-${number}`}`;
  try {
    await withFile(beside, "wx", async (handle) => {
      await handle.writeFile(torn);
      await handle.sync();
    });
    return beside;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return await keepBeside(path, offset, torn, number + 1);
    throw error;
  }
}

async function withFile<T>(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(path, flags, 0o600);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  await withFile(directory, "r", (handle) => handle.sync());
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function guard<T>(
  path: string,
  code: "unreadable" | "unwritable",
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof JournalError) throw error;
    const why = errorText(error);
    const verb = code === "unreadable" ? "read" : "written";
    const next = `make the file ${code === "unreadable" ? "readable" : "writable"} (owner, permissions, free disk), then run again`;
    throw new JournalError(
      code,
      { file: path },
      `the journal cannot be ${verb}: ${why}`,
      next,
      error,
    );
  }
}
