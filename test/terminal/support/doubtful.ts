import { type Bench, startBench } from "../../support/bench.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** Its shell is killed before it can write how it ended, and its check has no idea, until somebody calms it. */
export const step = `- id: act
  title: Do it
  on: one
  env: { WHAT: it's }
  run: |
    echo "$WHAT" >> ran
    if [ -e calm ]; then echo done > answer; else echo no idea > answer; kill -KILL $PPID; fi
  check: if [ -e answer ]; then cat answer; else echo not-done; fi`;

const rollback = `- id: back
  dispatched: rollback
  round: closes
  steps:
${step.replaceAll(/^/gm, "    ").replace("ran", "rolled").replaceAll("answer", "other")}`;

/** Real SSH hosts on which the step `act` of phase `work` is in doubt. */
export async function doubtfulBench(): Promise<Bench> {
  const bench = await startBench({ hosts: ["one"], journalHost: "one", steps: step });
  await bench.through("prepare");
  await mustBeUnknown(bench, "work");
  return bench;
}

/** The step moves to another phase of the runbook and comes into doubt there as well. */
export async function doubtIsDoubled(bench: Bench): Promise<void> {
  bench.change({ steps: `- { id: look, on: one, assert: "true" }`, phases: rollback });
  await mustBeUnknown(bench, "back");
}

/** Runs a phase whose end nobody can know; the wait for its check does not take real time. */
export async function mustBeUnknown(bench: Bench, phase: string): Promise<void> {
  const { outcome, sentence } = await bench.run(phase, { clock: new FakeClock() });
  if (outcome !== "unknown") throw new Error(`${phase} ${outcome}: ${sentence}`);
}

/** The arguments that every call has: which environment, and how to reach it. */
export function argsOf(bench: Bench, ...more: readonly string[]): readonly string[] {
  const { runbookFile, inventoryFile, identityFile, knownHostsFile } = bench;
  const files = {
    runbook: runbookFile,
    inventory: inventoryFile,
    identity: identityFile,
    "known-hosts": knownHostsFile,
  };
  const given = Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]);
  return ["resolve", "--environment", "test", ...given, ...more];
}
