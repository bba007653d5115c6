import { JournalError } from "./journal-error.ts";
import { otherEnvironment } from "./read-journal.ts";

/** Names of the files in a journal's directory. */
export const journalFile = "journal.jsonl";
export const markerFile = "environment";

/** What a store holds: the journal's text, and its size in bytes, which differs from the text's when that is not ASCII. */
export interface Stored {
  readonly text: string;
  readonly bytes: number;
}

/** Where a journal is kept. It knows bytes only; what they mean is the journal's business. Failures are `JournalError`s. */
export interface Store {
  /** The file as a person finds it: `couch1:/var/lib/runbook/journal.jsonl`. */
  readonly name: string;
  /** Makes an empty one where there is none, unless it is only to be looked at. */
  load(how?: { readonly onlyLook?: boolean }): Promise<Stored>;
  /** Adds whole lines behind `offset` bytes and resolves when they are durable; refuses when the file has another size. */
  append(text: string, offset: number): Promise<void>;
  /** Cuts the file to `keep` of its `size` bytes; what is cut off is kept in the file whose name it resolves with. */
  repair(keep: number, size: number): Promise<string>;
  close(): Promise<void>;
}

/** Refuses a directory that is not marked as the environment's own, so that a wrong path never gets a journal. */
export function checkMarker(
  found: string | undefined,
  wanted: string,
  name: string,
  directory: string,
): void {
  const where = { file: name };
  if (found === undefined) {
    const quoted = quote(directory);
    const command = `mkdir -p ${quoted} && echo ${quote(wanted)} > ${quote(`${directory}/${markerFile}`)}`;
    const what = `the directory has no file \`${markerFile}\` that says which environment it belongs to`;
    throw new JournalError(
      "no-marker",
      where,
      what,
      `if this is where the journal of "${wanted}" belongs, run there: ${command}`,
    );
  }
  if (found !== wanted) throw otherEnvironment(where, found, wanted);
}

/** A file that is longer or shorter than it was read: somebody else wrote. */
export function movedError(name: string, found: string, wanted: number): JournalError {
  const what = `the journal has ${found} bytes, and ${wanted} when it was read: somebody else writes to it`;
  return new JournalError(
    "moved",
    { file: name },
    what,
    "see who holds the lease, then run the phase again",
  );
}

/** A word for a shell, as a person would write it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
