import type { Event } from "./event.ts";
import { readJournal } from "./read-journal.ts";
import type { Store } from "./store.ts";

/** Reads and proves a journal without touching it: a torn end is left where it is. */
export async function lookAtJournal(store: Store, environment: string): Promise<readonly Event[]> {
  const { text } = await store.load({ onlyLook: true });
  return readJournal(text, { file: store.name, environment }).events;
}
