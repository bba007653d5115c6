import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Actor, EventBody } from "../../src/journal/event.ts";
import { type Journal, openJournal } from "../../src/journal/journal.ts";
import type { Store } from "../../src/journal/store.ts";

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory that the test's end removes, marked as the environment's own. */
export function journalDirectory(environment = "pre-prod"): string {
  const directory = mkdtempSync(join(tmpdir(), "journal-"));
  made.push(directory);
  writeFileSync(join(directory, "environment"), `${environment}\n`);
  return directory;
}

export const someone: Actor = {
  run: "4711",
  runAttempt: 1,
  url: "https://github.example/runs/4711",
  by: "ada",
};

/** A clock that goes on by a second each time it is read. */
export function ticking(): () => Date {
  let milliseconds = Date.parse("2026-11-23T06:00:00.000Z");
  return () => new Date((milliseconds += 1000));
}

export function open(store: Store, copyFile?: string): Promise<Journal> {
  return openJournal({
    store,
    copyFile,
    environment: "pre-prod",
    runbook: "org-migration",
    actor: someone,
    now: ticking(),
  });
}

export function note(text: string): EventBody {
  return { type: "observed", observation: { kind: "note", text } };
}

/** The notes of the events, which is what most tests look at. */
export function notesOf(journal: Journal): string[] {
  return journal.events.flatMap(({ body }) =>
    body.type === "observed" && body.observation.kind === "note" ? [body.observation.text] : [],
  );
}
