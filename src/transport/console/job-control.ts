import type { Transcript } from "./transcript.ts";

/** The shells of a node as the user switch command lists them. */
export interface Jobs {
  readonly numbers: readonly number[];
  readonly current: number | undefined;
}

/** `plain`: the node's shell knows no job control, since it was started without a terminal type. */
export type Menu = "open" | "plain" | "none";

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
const menuOrEcho = new RegExp(`User switch command\\s+--> $|${interrupt}|\\^G`);
const erased = /[\b]/;
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
  async openMenu(): Promise<Menu> {
    let rings = 0;
    for (let tries = 0; tries < 4 && rings < 2; tries += 1) {
      this.#transcript.forget();
      this.#type(interrupt);
      const sight = await this.#transcript.until(menuOrEcho, 2);
      if (sight.kind === "ended") return "none";
      if (sight.kind === "timeout") continue;
      if (sight.match[0] === "^G") return this.#takeBack();
      if (sight.match[0] !== interrupt) return "open";
      rings += 1;
    }
    if (rings < 2) return "none";
    this.#type(clearLine);
    return (await this.#transcript.until(menu, 8)).kind === "seen" ? "open" : "none";
  }

  /** A plain terminal took the ^G as a character of its line. */
  async #takeBack(): Promise<Menu> {
    this.#transcript.forget();
    this.#type("\u007f");
    await this.#transcript.until(erased, 2);
    return "plain";
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
