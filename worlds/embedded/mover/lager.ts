import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

export type Level = "debug" | "info" | "warning" | "error";

export interface LagerOptions {
  readonly directory: string;
  readonly maxBytes?: number;
  readonly files?: number;
  /** The console that shows the lines as well. */
  readonly console?: (line: string) => void;
}

interface Entry {
  readonly level: Level;
  readonly text: string;
}

/** Writes console.log and error.log as lager does: `console.log.0` is the newest of the old files. */
export class Lager {
  readonly #options: Required<Pick<LagerOptions, "directory" | "maxBytes" | "files">>;
  readonly #console: (line: string) => void;
  #pending: Entry[] = [];

  constructor(options: LagerOptions) {
    this.#options = { maxBytes: 10 * 1024 * 1024, files: 5, ...options };
    this.#console = options.console ?? (() => {});
    mkdirSync(options.directory, { recursive: true });
    for (const name of ["console.log", "error.log"])
      appendFileSync(join(options.directory, name), "");
  }

  /** Adds a line; `where` is module:function of the callback that speaks. */
  write(level: Level, where: string, text: string): void {
    const time = new Date().toISOString().replace("T", " ").slice(0, 23);
    const pid = `<0.${100 + (this.#pending.length % 20)}.0>`;
    this.#pending.push({ level, text: `${time} [${level}] ${pid}@${where}:61 ${text}` });
  }

  /** Writes what was added since the last time, in one go. */
  flush(): void {
    const entries = this.#pending;
    this.#pending = [];
    this.#append("console.log", entries);
    this.#append(
      "error.log",
      entries.filter((entry) => entry.level === "error"),
    );
    for (const entry of entries) this.#console(entry.text.slice(11));
  }

  #append(name: string, entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const file = join(this.#options.directory, name);
    const text = entries.map((entry) => `${entry.text}\n`).join("");
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size > 0 && size + text.length > this.#options.maxBytes) this.#rotate(file);
    appendFileSync(file, text);
  }

  #rotate(file: string): void {
    for (let age = this.#options.files - 2; age >= 0; age -= 1) {
      if (existsSync(`${file}.${age}`)) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
    }
    renameSync(file, `${file}.0`);
  }
}
