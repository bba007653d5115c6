import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { JournalError } from "./journal-error.ts";
import { type Expected, type JournalText, readJournal } from "./read-journal.ts";
import { errorText } from "../config/error-text.ts";

/** The runner's copy of the journal: the same text, for artifacts and for a journal host that is gone. */
export class JournalCopy {
  readonly file: string;
  /** Why it is no longer written; the journal itself is not harmed by that. */
  failure: string | undefined;

  constructor(file: string) {
    this.file = file;
  }

  async append(text: string): Promise<void> {
    await this.attempt(() => appendFile(this.file, text, { mode: 0o600 }));
  }

  /** Makes the copy equal to the journal; a copy that is half replaced is never seen. */
  async replace(text: string): Promise<void> {
    await this.attempt(async () => {
      await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      await writeFile(`${this.file}.new`, text, { mode: 0o600 });
      await rename(`${this.file}.new`, this.file);
    });
  }

  /** The lines that only the copy has: of a rollback without journal host, or that the host lost. */
  async linesBehind(
    text: string,
    journal: JournalText,
    expected: Expected,
  ): Promise<{ text: string; read: JournalText }> {
    const copied = await this.read();
    const none = { text: "", read: { ...journal, events: [], torn: undefined } };
    const whole = copied.slice(0, copied.lastIndexOf("\n") + 1);
    if (text.startsWith(whole)) return none;
    if (!whole.startsWith(text)) throw diverged(this.file, expected.file, text, whole);
    const behind = copied.slice(text.length);
    const read = readJournal(behind, { ...expected, file: this.file }, journal.head);
    return { text: behind.slice(0, read.keep), read };
  }

  private async read(): Promise<string> {
    try {
      return await readFile(this.file, "latin1");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      const why = errorText(error);
      throw new JournalError(
        "unreadable",
        { file: this.file },
        `the copy cannot be read: ${why}`,
        "move it away",
        error,
      );
    }
  }

  private async attempt(write: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await write();
    } catch (error) {
      this.failure = errorText(error);
    }
  }
}

function diverged(copy: string, file: string, text: string, copied: string): JournalError {
  const ours = text.split("\n");
  const line = copied.split("\n").findIndex((one, index) => one !== ours[index]) + 1;
  const next = `compare the two; if ${file} is right, move the copy away and run again`;
  return new JournalError(
    "diverged",
    { file: copy, line },
    `this line of the runner's copy differs from ${file}`,
    next,
  );
}
