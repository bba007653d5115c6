import type { Completed, Connection } from "../transport/connection.ts";
import { HostWriter } from "./host-writer.ts";
import { appendScript, loadScript, repairScript } from "./host-scripts.ts";
import { JournalError } from "./journal-error.ts";
import { lostError, sayEnd } from "./lost-error.ts";
import { checkMarker, journalFile, movedError, type Store, type Stored } from "./store.ts";
import { errorText } from "../config/error-text.ts";

export interface HostStoreOptions {
  readonly connection: Connection;
  readonly directory: string;
  /** Wanted in the directory's marker file. */
  readonly environment: string;
  /** How long an answer may take before the connection counts as lost. */
  readonly timeoutSeconds?: number;
}

/** A journal's text is read whole; a hundred thousand events are about 50 MB. */
const maxBytes = 256 * 1024 * 1024;

/** The journal beside the system that it describes: one exec reads it, one process that stays appends to it. */
export function hostStore({
  connection,
  directory,
  environment,
  timeoutSeconds = 60,
}: HostStoreOptions): Store {
  const name = `${connection.host}:${directory}/${journalFile}`;
  const env = { JOURNAL_DIRECTORY: directory, JOURNAL_ENVIRONMENT: environment };
  let writer: HostWriter | undefined;
  return {
    name,
    async load({ onlyLook = false } = {}) {
      const how = { ...env, JOURNAL_ONLY_LOOK: onlyLook ? "yes" : "" };
      const completed = await run(connection, name, loadScript, how, timeoutSeconds);
      return readAnswer(completed, name, directory, environment);
    },
    async append(text, offset) {
      writer ??= new HostWriter(
        name,
        () => connection.open({ line: appendScript, env }),
        timeoutSeconds,
      );
      await writer.append(text, offset);
    },
    async repair(keep, size) {
      const sizes = { JOURNAL_KEEP: String(keep), JOURNAL_SIZE: String(size) };
      const { stdout } = await run(
        connection,
        name,
        repairScript,
        { ...env, ...sizes },
        timeoutSeconds,
      );
      const [word, detail = ""] = stdout.trim().split(" ");
      if (word === "moved") throw movedError(name, detail, size);
      return `${connection.host}:${directory}/${detail}`;
    },
    async close() {
      await writer?.close();
      writer = undefined;
    },
  };
}

async function run(
  connection: Connection,
  name: string,
  line: string,
  env: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Promise<Completed> {
  const completed = await execute(connection, name, line, env, timeoutSeconds);
  if (completed.end.kind === "lost") throw lostError(name, completed.end.reason);
  if (completed.end.kind !== "exited" || completed.end.status !== 0) {
    const what =
      `the journal cannot be read: ${sayEnd(completed.end)} ${completed.stderr.trim()}`.trimEnd();
    throw new JournalError(
      "unreadable",
      { file: name },
      what,
      "see to the directory's owner, permissions and disk, then run again",
    );
  }
  return completed;
}

async function execute(
  connection: Connection,
  name: string,
  line: string,
  env: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Promise<Completed> {
  try {
    return await connection.exec({ line, env }, { maxBytes, timeoutSeconds });
  } catch (error) {
    throw lostError(name, errorText(error), error);
  }
}

function readAnswer(
  { stdout, truncated }: Completed,
  name: string,
  directory: string,
  environment: string,
): Stored {
  const [marker, rest] = cut(stdout);
  checkMarker(
    marker === "no-marker" ? undefined : marker.replace(/^environment /, "").trim(),
    environment,
    name,
    directory,
  );
  const [size, text] = cut(rest);
  const bytes = Number(/^size (\d+)$/.exec(size)?.[1] ?? Number.NaN);
  const whole = !truncated && (text.length === bytes || Buffer.byteLength(text) >= bytes);
  if (Number.isNaN(bytes) || !whole) {
    const what = `only a part of the journal arrived (${text.length} of ${bytes} bytes)`;
    throw new JournalError(
      "unreadable",
      { file: name },
      what,
      "run again; a journal of this size may have to be put away",
    );
  }
  return { text, bytes };
}

function cut(text: string): [string, string] {
  const end = text.indexOf("\n");
  return end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
}
