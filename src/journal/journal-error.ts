/** What is wrong with a journal; each asks for something else. */
export type JournalErrorCode =
  /** A line that does not follow from the one before, is not an event or was changed. */
  | "broken"
  /** Written by a later version of this program. */
  | "newer-version"
  /** The directory, or a line, belongs to another environment. */
  | "other-environment"
  /** Nobody said which environment the directory belongs to. */
  | "no-marker"
  /** The runner's copy and the journal say different things. */
  | "diverged"
  /** Somebody else wrote since it was read. */
  | "moved"
  /** It could not be read. */
  | "unreadable"
  /** The store refused a line: disk full, not permitted. */
  | "unwritable"
  /** The connection went away; whether the last lines were written is not known. */
  | "lost"
  /** An event that no reader would accept; a defect of this program. */
  | "invalid-event"
  | "closed";

/** Says what is wrong with the journal, in which file and line, and what to do next. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;
  readonly file: string;
  readonly line: number | undefined;
  readonly next: string;

  constructor(
    code: JournalErrorCode,
    where: { readonly file: string; readonly line?: number },
    what: string,
    next: string,
    cause?: unknown,
  ) {
    const place = where.line === undefined ? where.file : `${where.file}:${where.line}`;
    super(`${place}: ${what}. Next: ${next}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = where.file;
    this.line = where.line;
    this.next = next;
  }
}

/** The same error, with more of what is known where it struck. */
export function withMore(error: JournalError, more: string): JournalError {
  const { code, file, line, next } = error;
  const place = line === undefined ? file : `${file}:${line}`;
  const what = error.message.slice(`${place}: `.length, -`. Next: ${next}`.length);
  const where = line === undefined ? { file } : { file, line };
  return new JournalError(code, where, `${what}; ${more}`, next, error);
}
