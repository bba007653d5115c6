import { Shell } from "./shell.ts";
import type { ShellOptions } from "./shell.ts";

const bell = "\u0007";
const toStart = "\u0001";
const killToEnd = "\u000b";

/** What the node's terminal is behind: its shells, and the user switch command between them. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #options: ShellOptions;
  readonly #shells = new Map<number, Shell>();
  /** Shells that nobody has seen yet: they greet when they are. */
  readonly #fresh = new Set<number>();
  #next = 1;
  #current: number | undefined;
  /** What is typed at the menu, while that is open. */
  #menu: string | undefined;
  #held: string[] = [];

  constructor(options: Omit<ShellOptions, "write">, write: (text: string) => void) {
    this.#write = write;
    this.#options = { ...options, write: (text) => this.print(text) };
    this.#add();
    // The first one greeted while nobody was attached.
    this.#fresh.clear();
  }

  /** Prints for any process of the node; nothing comes through while the menu is open. */
  print(text: string): void {
    if (this.#menu === undefined) this.#write(text);
    else this.#held.push(text);
  }

  /** Takes what somebody types. */
  type(text: string): void {
    for (const character of text) {
      if (this.#menu !== undefined) this.#menuKey(character, this.#menu);
      else if (character === bell) this.#openMenu();
      else this.#shells.get(this.#current ?? 0)?.key(character);
    }
  }

  #openMenu(): void {
    this.#menu = "";
    this.#write("\r\nUser switch command\r\n --> ");
  }

  #menuKey(character: string, typed: string): void {
    if (character === bell) return this.#write(bell);
    if (character === toStart || character === killToEnd) this.#menu = "";
    else if (character === "\r" || character === "\n") {
      this.#write("\r\n");
      this.#menu = "";
      this.#command(typed.trim());
    } else if (character >= " ") {
      this.#menu = typed + character;
      this.#write(character);
    }
  }

  #command(line: string): void {
    const [verb, number] = line.split(/\s+/);
    const job = number === undefined ? this.#current : Number(number);
    if (verb === "c") return this.#connect(job);
    if (verb === "s") this.#add();
    else if (verb === "k") this.#kill(job);
    else if (verb === "j") this.#list();
    else if (line !== "") this.#write("Unknown job\r\n");
    this.#write(" --> ");
  }

  #add(): void {
    this.#current = this.#next;
    this.#shells.set(this.#next, new Shell(this.#options));
    this.#fresh.add(this.#next);
    this.#next += 1;
  }

  #kill(job: number | undefined): void {
    if (job === undefined || !this.#shells.delete(job)) return this.#write("Unknown job\r\n");
    if (this.#current === job) this.#current = undefined;
  }

  #list(): void {
    for (const job of this.#shells.keys()) {
      const mark = job === this.#current ? "*" : " ";
      this.#write(
        `  ${String(job).padStart(2)}${mark} {shell,start,[${job === 1 ? "init" : ""}]}\r\n`,
      );
    }
  }

  #connect(job: number | undefined): void {
    const shell = job === undefined ? undefined : this.#shells.get(job);
    if (job === undefined || shell === undefined) return this.#write("Unknown job\r\n --> ");
    this.#current = job;
    this.#menu = undefined;
    if (this.#fresh.delete(job)) shell.greet();
    for (const text of this.#held.splice(0)) this.#write(text);
  }
}
