import { readInputs } from "./action/read-inputs.ts";
import { endJob, refuseJob } from "./action/end-job.ts";
import { runAction } from "./action/run-action.ts";
import { untilSignalled } from "./execute/signals.ts";

/** The action: read the inputs, run what they ask for, say how it ended. */
async function main(): Promise<number> {
  const inputs = readInputs(process.env);
  const { signal, done } = untilSignalled(process);
  const end = await runAction(inputs, process.env, signal).finally(done);
  return endJob(end, inputs.masked);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = await refuseJob(error, process.env);
}
