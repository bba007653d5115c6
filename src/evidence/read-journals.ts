import type { Event } from "../journal/event.ts";
import { readJournal } from "../journal/read-journal.ts";
import { fileIn } from "./file-in.ts";

/** The longest journal that a run's jobs left, and what is wrong with the others. */
export interface JournalsRead {
  readonly events: readonly Event[];
  readonly head: string;
  readonly problems: readonly string[];
}

/** One job's archive. */
export interface JournalArchive {
  readonly name: string;
  readonly zip: Uint8Array;
}

/**
 * Every job uploads the journal as it stood at its end. The longest one is the run's; every other one must be its
 * beginning, or somebody wrote a journal anew.
 */
export function readJournals(
  archives: readonly JournalArchive[],
  environment: string,
): JournalsRead {
  const problems: string[] = [];
  const found = archives.flatMap(({ name, zip }) => {
    const bytes = fileIn(zip, "journal.jsonl");
    // A job that was refused before it could read the journal left none.
    if (bytes === undefined) return [];
    try {
      const { events, head } = readJournal(new TextDecoder().decode(bytes), {
        file: `${name}/journal.jsonl`,
        environment,
      });
      return [{ name, events, head: head.hash }];
    } catch (error) {
      problems.push(`the journal of artifact ${name} cannot be used: ${String(error)}`);
      return [];
    }
  });
  const longest = found.toSorted((a, b) => b.events.length - a.events.length)[0];
  if (longest === undefined) return { events: [], head: "", problems };
  for (const { name, events, head } of found) {
    const goesOn = longest.events[events.length]?.previous ?? longest.head;
    if (events.length > 0 && goesOn !== head)
      problems.push(`the journal of artifact ${name} is not the beginning of ${longest.name}'s`);
  }
  return { events: longest.events, head: longest.head, problems };
}
