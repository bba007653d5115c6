import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hosts, type Ground, type HostName } from "./ground.ts";

/** What can be wrong with the machines: no room, another time, no way to them. */
export class Machine {
  readonly #ground: Ground;
  readonly #clocks: Record<HostName, number> = { one: 0, two: 0 };
  /** Hosts that no new runner reaches. */
  readonly unreachable = new Set<HostName>();
  /** The journal as it was before somebody edited it. */
  #unedited: string | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** No directory can be made any more on a host. */
  fillDisk(host: HostName): void {
    this.#replace(host, "mkdir", `echo "mkdir: No space left on device" >&2\nexit 1`);
  }

  /** Nothing can be written into the journal any more. */
  fillJournal(): void {
    const full = `echo "head: No space left on device" >&2\n  exit 1`;
    this.#replace(
      "one",
      "head",
      `if [ "$1" = -c ] && [ $# -eq 2 ]; then\n  ${full}\nfi\nexec /usr/bin/head "$@"`,
    );
  }

  makeRoom(): void {
    for (const host of hosts)
      for (const name of ["mkdir", "head"])
        rmSync(this.#ground.path(host, `bin/${name}`), { force: true });
  }

  isFull(host: HostName): boolean {
    return ["mkdir", "head"].some((name) => existsSync(this.#ground.path(host, `bin/${name}`)));
  }

  /** A host's clock jumps, forwards or back. */
  moveClock(host: HostName, seconds: number): void {
    this.#clocks[host] += seconds;
    this.#replace(host, "date", `exec /bin/date -d "${this.#clocks[host]} seconds" "$@"`);
  }

  /** The check of `convert` cannot tell any more. */
  blind(): void {
    writeFileSync(this.#ground.path("two", "var/blind"), "");
  }

  see(): void {
    rmSync(this.#ground.path("two", "var/blind"), { force: true });
  }

  /** As much time passes on the journal's host as whoever holds the lease has left. */
  expireLease(): void {
    this.#expire("one", this.leaseWords());
  }

  /** The same where a rollback keeps its own journal. */
  expireStandInLease(): void {
    for (const host of hosts)
      this.#expire(host, wordsOf(this.#ground.path(host, ".runbook-phase/stand-in-journal/lease")));
  }

  /** Token, since, expiry and holder; empty when nobody has it. */
  leaseWords(): readonly string[] {
    return wordsOf(join(this.#ground.journal, "lease"));
  }

  /** A writer died in the middle of a line. */
  tearJournal(): void {
    appendFileSync(this.#journalFile, `{"version":1,"sequence":`);
  }

  /** Somebody edits a line; false when there is none. */
  editJournal(number: number): boolean {
    if (!existsSync(this.#journalFile)) return false;
    const text = readFileSync(this.#journalFile, "utf8");
    const lines = text.split("\n");
    const index = number % Math.max(1, lines.length - 1);
    const line = lines[index] ?? "";
    if (!line.includes('"by":"')) return false;
    this.#unedited ??= text;
    lines[index] = line.replace('"by":"', '"by":"not ');
    writeFileSync(this.#journalFile, lines.join("\n"));
    return true;
  }

  get isEdited(): boolean {
    return this.#unedited !== undefined;
  }

  /** Puts back what was edited. */
  unedit(): void {
    if (this.#unedited !== undefined) writeFileSync(this.#journalFile, this.#unedited);
    this.#unedited = undefined;
  }

  #expire(host: HostName, [, , expires]: readonly string[]): void {
    const now = Date.now() / 1000 + this.#clocks[host];
    if (expires === undefined || Number(expires) < now) return;
    this.moveClock(host, Math.ceil(Number(expires) - now) + 5);
  }

  get #journalFile(): string {
    return join(this.#ground.journal, "journal.jsonl");
  }

  /** Puts another program before the machine's own on one host. */
  #replace(host: HostName, name: string, script: string): void {
    writeFileSync(this.#ground.path(host, `bin/${name}`), `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }
}

function wordsOf(lease: string): readonly string[] {
  return existsSync(lease) ? readFileSync(lease, "utf8").split(" ") : [];
}
