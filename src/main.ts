import { failJob } from "./action/log.ts";
import { readInputs } from "./action/read-inputs.ts";
import { runAction } from "./action/run-action.ts";
import { exitCodeOf } from "./execute/exit-code.ts";
import { untilSignalled } from "./execute/signals.ts";

/** The action: read the inputs, run what they ask for, say how it ended. */
async function main(): Promise<number> {
  const inputs = readInputs(process.env);
  const { signal, done } = untilSignalled(process);
  const end = await runAction(inputs, process.env, signal).finally(done);
  if (end.message !== "" && exitCodeOf(end.outcome) !== 0) failJob(end.message, inputs.masked);
  return exitCodeOf(end.outcome);
}

try {
  process.exitCode = await main();
} catch (error) {
  failJob(error instanceof Error ? error.message : String(error), []);
  process.exitCode = exitCodeOf("refused");
}
