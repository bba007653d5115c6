import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";

let asking: { readonly terminal: Interface; readonly lines: AsyncIterator<string> } | undefined;

/** Asks a person in the terminal. One reader for all questions, so that no line typed ahead is lost; the end of input is no approval. */
export async function askApproval(question: string, interrupted: AbortSignal): Promise<boolean> {
  asking ??= startAsking();
  process.stdout.write(question);
  const interruption = interrupted.aborted ? Promise.resolve() : once(interrupted, "abort");
  const answer = await Promise.race([asking.lines.next(), interruption.then(() => undefined)]);
  if (answer?.done === true) process.stdout.write("(end of input)\n");
  return answer?.done === false && /^y(es)?$/i.test(answer.value.trim());
}

/** Lets go of the terminal; otherwise it would keep the process alive. */
export function endOfAsking(): void {
  asking?.terminal.close();
  asking = undefined;
}

/** Without line editing, so that Ctrl-C stays the terminal's own signal. */
function startAsking() {
  const terminal = createInterface({ input: process.stdin, terminal: false });
  return { terminal, lines: terminal[Symbol.asyncIterator]() };
}
