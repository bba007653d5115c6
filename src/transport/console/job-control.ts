import type { Transcript } from "./transcript.ts";

/** The shells of a node as the user switch command lists them. */
export interface Jobs {
  readonly numbers: readonly number[];
  readonly current: number | undefined;
}

/** Reads the answer to `j`. */
export function parseJobs(text: string): Jobs {
  const lines = [...text.matchAll(/^\s*(\d+)(\*?)\s+\{/gm)];
  const current = lines.find(([, , star]) => star === "*")?.[1];
  return {
    numbers: lines.map(([, number]) => Number(number)),
    current: current === undefined ? undefined : Number(current),
  };
}

const menu = / --> $/;
const interrupt = "\u0007";
const menuOrRing = new RegExp(`User switch command\\s+--> $|${interrupt}`);
/** To the start of the line, delete to its end, enter: clears a half-typed switch command. */
const clearLine = "\u0001\u000b\r";

/** Types into the console of a node as a person at the user switch command (^G) does. */
export class JobControl {
  readonly #transcript: Transcript;
  readonly #type: (text: string) => void;

  constructor(transcript: Transcript, type: (text: string) => void) {
    this.#transcript = transcript;
    this.#type = type;
  }

  /**
   * Opens the menu without touching what somebody may have typed half. A ^G that arrives in one piece with
   * other bytes only rings, so it is repeated; where it rings twice the menu is open already, and its line is cleared.
   */
  async openMenu(): Promise<boolean> {
    let rings = 0;
    for (let tries = 0; tries < 4 && rings < 2; tries += 1) {
      this.#transcript.forget();
      this.#type(interrupt);
      const sight = await this.#transcript.until(menuOrRing, 2);
      if (sight.kind === "ended") return false;
      if (sight.kind === "seen" && sight.match[0] !== interrupt) return true;
      if (sight.kind === "seen") rings += 1;
    }
    if (rings < 2) return false;
    this.#type(clearLine);
    return (await this.#transcript.until(menu, 8)).kind === "seen";
  }

  /** Gives one switch command that comes back to the menu; answers what it printed. */
  async command(command: string): Promise<string | undefined> {
    this.#transcript.forget();
    this.#type(`${command}\r`);
    const sight = await this.#transcript.until(menu, 8);
    return sight.kind === "seen" ? this.#transcript.text : undefined;
  }

  /** Connects to a job that was there, or to the newest one. */
  connect(job?: number): void {
    this.#transcript.forget();
    this.#type(job === undefined ? "c\r" : `c ${job}\r`);
  }

  /** Waits until the menu has taken the connect command: a ^D in one piece with it would swallow it. */
  async connected(): Promise<void> {
    await this.#transcript.until(/c( \d+)?\r?\r\n/, 5);
  }

  async jobs(): Promise<Jobs | undefined> {
    const listed = await this.command("j");
    return listed === undefined ? undefined : parseJobs(listed);
  }
}
