import { createInterface } from "node:readline";
import type { Terminal } from "./terminal.ts";

/** Asks a person for a line; undefined when the input ends instead. */
export function ask(question: string, { input, tell }: Terminal): Promise<string | undefined> {
  tell(question);
  const lines = createInterface({ input, terminal: false });
  return new Promise((resolve) => {
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => resolve(undefined));
  });
}

const enter = ["\r", "\n"];
const interrupt = "\u0003";
const endOfInput = "\u0004";
const erase = ["\u007f", "\b"];

/** Asks for what must not be seen on the screen; undefined when the person gives up. */
export async function askSecretly(
  question: string,
  terminal: Terminal,
): Promise<string | undefined> {
  const { input, tell } = terminal;
  // Before the question: who types at once must not see it on the screen.
  input.setRawMode(true);
  try {
    tell(question);
    return await typed(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    tell("\n");
  }
}

function typed(input: Terminal["input"]): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const end = (answer: string | undefined): void => {
      input.off("data", take);
      resolve(answer);
    };
    const take = (chunk: Buffer): void => {
      for (const key of chunk.toString()) {
        if (enter.includes(key)) return end(text);
        if (key === interrupt || key === endOfInput) return end(undefined);
        text = erase.includes(key) ? text.slice(0, -1) : text + key;
      }
    };
    input.on("data", take);
    input.once("end", () => end(undefined));
  });
}
