import type { Event } from "./event.ts";
import type { JournalCopy } from "./journal-copy.ts";
import { JournalError } from "./journal-error.ts";
import { type Expected, type Head, type JournalText, readJournal } from "./read-journal.ts";
import { movedError, type Store, type Stored } from "./store.ts";

/** A journal as it was found, whole again. */
export interface Loaded {
  readonly events: Event[];
  readonly head: Head;
  readonly bytes: number;
  /** What had to be done for that; each becomes a `repaired` event. */
  readonly repairs: readonly string[];
}

/** Loads and proves a journal, cuts off a torn end, adds what only the runner's copy has, and makes the copy equal to it. */
export async function loadJournal(
  store: Store,
  copy: JournalCopy | undefined,
  environment: string,
): Promise<Loaded> {
  const expected = { file: store.name, environment };
  const stored = await store.load();
  const journal = readJournal(stored.text, expected);
  const text = stored.text.slice(0, journal.keep);
  // Before anything is repaired: a copy that disagrees is for a person to look at.
  const behind = await copy?.linesBehind(text, journal, expected);
  const repairs = await cutTorn(store, stored, journal);
  const { events, head } = journal;
  if (copy === undefined || behind === undefined || behind.text === "") {
    await copy?.replace(text);
    return { events: [...events], head, bytes: text.length, repairs };
  }
  await store.append(behind.text, text.length);
  await copy.replace(text + behind.text);
  const merged = `${behind.read.events.length} events that only the runner's copy had were added (${copy.file})`;
  const all = [...events, ...behind.read.events];
  return {
    events: all,
    head: behind.read.head,
    bytes: text.length + behind.text.length,
    repairs: [...repairs, merged],
  };
}

/** Reads what stands behind the last acknowledged line and resolves with how many of the lines in doubt are there. */
export async function loadTail(
  store: Store,
  known: Head & { readonly bytes: number },
  environment: string,
  doubted: readonly string[],
): Promise<number> {
  const expected = { file: store.name, environment };
  const stored = await store.load();
  const before = readJournal(stored.text.slice(0, known.bytes), expected);
  if (before.head.hash !== known.hash) throw notThatJournal(expected, known);
  const tail = stored.text.slice(known.bytes);
  const read = readJournal(tail, expected, before.head);
  const lines = tail.slice(0, read.keep).split("\n").slice(0, -1);
  if (lines.some((line, index) => line !== doubted[index]))
    throw movedError(store.name, String(stored.bytes), known.bytes);
  await cutTorn(store, stored, { ...read, keep: known.bytes + read.keep });
  return lines.length;
}

async function cutTorn(
  store: Store,
  stored: Stored,
  { keep, head, torn }: JournalText,
): Promise<string[]> {
  if (torn === undefined) return [];
  const beside = await store.repair(keep, stored.bytes);
  return [
    `${stored.bytes - keep} torn bytes behind line ${head.sequence} were cut off (${torn}); they are kept in ${beside}`,
  ];
}

function notThatJournal({ file }: Expected, known: Head): JournalError {
  const what = "this is not the line that was acknowledged there";
  const next =
    "see whether the journal was put back from a backup or moved; the runner's copy has every acknowledged line";
  return new JournalError("diverged", { file, line: known.sequence }, what, next);
}
