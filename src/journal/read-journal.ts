import { z } from "zod";
import { type Event, event } from "./event.ts";
import { JournalError } from "./journal-error.ts";
import { isSealed, sha256 } from "./line.ts";

/** What every line of one journal must agree with. */
export interface Expected {
  /** Named in errors. */
  readonly file: string;
  readonly environment: string;
}

/** The last line known; a text that goes on from it chains to it. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

export interface JournalText {
  readonly events: readonly Event[];
  readonly head: Head;
  /** Length of the whole lines; what comes after is torn. */
  readonly keep: number;
  /** Why what comes after `keep` is torn; undefined when nothing does. */
  readonly torn: string | undefined;
}

/** Before the first line. */
export const emptyHead: Head = { sequence: 0, hash: "" };

const askForReason =
  "find out who changed the file; put back the runner's copy of it (the journal artifact of the last run) if that is whole";

/** Reads and proves every line. Only a torn end is tolerated: its writer died, and nobody was told that it was written. */
export function readJournal(
  text: string,
  expected: Expected,
  after: Head = emptyHead,
): JournalText {
  const events: Event[] = [];
  let head = after;
  let start = 0;
  let last = "";
  let torn: string | undefined;
  while (start < text.length && torn === undefined) {
    const end = text.indexOf("\n", start);
    torn = tornEnd(text, start, end);
    if (torn !== undefined) break;
    last = text.slice(start, end);
    events.push(readLine(last, expected, head));
    head = { sequence: head.sequence + 1, hash: sha256(last) };
    start = end + 1;
  }
  if (last !== "" && !isSealed(last)) {
    throw broken(expected, head.sequence, changedLine);
  }
  return { events, head, keep: start, torn };
}

/** Why the text from `start` is the torn end of a journal; a line that was whole once and was changed is not. */
function tornEnd(text: string, start: number, end: number): string | undefined {
  if (end === -1) return sealThenMore.test(text.slice(start)) ? undefined : "it has no end of line";
  if (end !== text.length - 1) return undefined;
  const line = text.slice(start, end);
  return parseJson(line) !== undefined || endsLikeSeal(line) ? undefined : "it is not JSON";
}

const changedLine = "this line was changed: its seal does not match its text";

const sealThenMore = /"seal":"[0-9a-f]{64}"\}./s;

/** True when the line ends as a sealed one does, but for at most one character. */
function endsLikeSeal(line: string): boolean {
  const end = line.slice(-66);
  const fits = [...end].filter((char, index) =>
    index < 64 ? /[0-9a-f]/.test(char) : char === '"}'[index - 64],
  );
  return fits.length >= 65;
}

function readLine(line: string, expected: Expected, before: Head): Event {
  const number = before.sequence + 1;
  const value = parseJson(line);
  if (value === undefined) throw broken(expected, number, "this line is not JSON");
  if (/[^\x20-\x7e]/.test(line))
    throw broken(expected, number, "this line was changed: it is not plain ASCII");
  refuseNewer(value, { file: expected.file, line: number });
  const parsed = event.safeParse(value);
  if (!parsed.success)
    throw broken(expected, number, `this line is not an event (${oneLine(parsed.error)})`);
  const { seal: _, ...read } = parsed.data;
  if (read.previous !== before.hash) throw brokenChain(line, expected, before);
  if (read.sequence !== number) {
    throw broken(expected, number, `its sequence number is ${read.sequence}, wanted ${number}`);
  }
  if (read.environment !== expected.environment) {
    if (!isSealed(line)) throw broken(expected, number, changedLine);
    throw otherEnvironment(
      { file: expected.file, line: number },
      read.environment,
      expected.environment,
    );
  }
  return read;
}

/** The seal of the line at hand tells which of the two was touched. */
function brokenChain(line: string, expected: Expected, before: Head): JournalError {
  if (!isSealed(line)) return broken(expected, before.sequence + 1, changedLine);
  if (before.sequence === 0)
    return broken(expected, 1, "this is not a journal's first line: lines before it are missing");
  const what =
    "this line was changed, or lines after it are missing: the next line has another hash for it";
  return broken(expected, before.sequence, what);
}

function broken({ file }: Expected, line: number, what: string): JournalError {
  return new JournalError("broken", { file, line }, what, askForReason);
}

function refuseNewer(value: unknown, where: { file: string; line: number }): void {
  const version =
    typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (typeof version !== "number" || version <= 1) return;
  const what = `this line has journal version ${version}, and this program knows version 1`;
  throw new JournalError(
    "newer-version",
    where,
    what,
    "run the version of runbook-phase that wrote it, or a later one",
  );
}

/** The error for a journal, or its directory, of another environment than the one that is acted on. */
export function otherEnvironment(
  where: { readonly file: string; readonly line?: number },
  found: string,
  wanted: string,
): JournalError {
  const next =
    "correct `journal` in the inventory, or the environment input; a journal belongs to one environment";
  return new JournalError(
    "other-environment",
    where,
    `belongs to environment "${found}", wanted "${wanted}"`,
    next,
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function oneLine(error: z.ZodError): string {
  return z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ");
}
