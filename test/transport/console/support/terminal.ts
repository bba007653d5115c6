import { setTimeout as sleep } from "node:timers/promises";
import type { RemoteProcess } from "../../../../src/transport/connection.ts";
import { Transcript } from "../../../../src/transport/console/transcript.ts";
import { LocalConnection } from "./local-connection.ts";
import type { Release } from "./release.ts";

/** Somebody at the console: a person's to_erl in a terminal of their own. */
export class Terminal {
  readonly #release: Release;
  #process: RemoteProcess | undefined;
  #transcript: Transcript | undefined;

  constructor(release: Release) {
    this.#release = release;
  }

  async attached(): Promise<void> {
    const { attach, directory } = this.#release.options;
    this.#process = await new LocalConnection().open({ line: attach, directory });
    this.#transcript = new Transcript(this.#process.stdout);
    await this.#transcript.until(/Attaching to [^\n]*\n/, 10);
    await this.#transcript.quiet(150, 2);
  }

  async type(text: string): Promise<void> {
    this.#process?.stdin.write(text);
    await this.#transcript?.quiet(150, 2);
  }

  /** Whether it is printed, now or soon. */
  async sees(shape: RegExp): Promise<boolean> {
    return (await this.#transcript?.until(shape, 10))?.kind === "seen";
  }

  async leave(): Promise<void> {
    this.#process?.stdin.write("\u0004");
    await this.#process?.ended;
    await sleep(50);
  }
}
