import { exitCodeOf } from "../execute/exit-code.ts";
import type { HostAccess } from "../execute/host-pool-for.ts";
import type { PhaseReport, PhaseRequest } from "../execute/request.ts";
import { type Decision, runResolution } from "../execute/run-resolution.ts";
import { untilSignalled } from "../execute/signals.ts";
import { safeLines } from "../report/gateway.ts";
import { createLog, type Log } from "../report/log.ts";
import { headlineOf, isGood } from "../report/words.ts";
import type { Terminal } from "./terminal.ts";

type Asked = Pick<PhaseRequest, "environment" | "runbookFile" | "inventoryFile" | "vars"> &
  HostAccess;

/** Records a ruling as this terminal's user and says how that ended; resolves with the exit status. */
export async function recordRuling(
  ruling: Decision,
  asked: Asked,
  terminal: Terminal,
): Promise<number> {
  const secrets = [asked.sshPrivateKey, asked.sshPassphrase].filter((one) => one !== undefined);
  const { signal, done } = untilSignalled(process);
  const log = logOn(terminal, secrets);
  const report = await runResolution(requestOf(asked, terminal, signal), ruling, {
    planned: () => undefined,
    event: (event) => log.append(event),
    say: (line) => log.say(line),
  }).finally(done);
  sayEnd(report, secrets, terminal);
  return exitCodeOf(report.outcome);
}

function requestOf(asked: Asked, { user }: Terminal, signal: AbortSignal): PhaseRequest {
  return {
    ...asked,
    phase: "resolve",
    secrets: {},
    planDigest: undefined,
    acceptDataLoss: undefined,
    keep503: false,
    reason: undefined,
    actor: { run: `terminal:${user}`, runAttempt: 1, url: "", by: user },
    copyFile: undefined,
    signal,
  };
}

function logOn({ write }: Terminal, secrets: readonly string[]): Log {
  return createLog({ write, groups: undefined, secrets, now: () => new Date() });
}

function sayEnd(
  { outcome, sentence, next }: PhaseReport,
  secrets: readonly string[],
  { write, tell }: Terminal,
): void {
  const unchanged = outcome === "refused" ? ["Nothing was changed."] : [];
  const lines = [`${headlineOf(outcome)}: ${sentence}`, ...unchanged, `Next: ${next}`];
  const say = isGood(outcome) ? write : (line: string): void => tell(`${line}\n`);
  for (const line of lines.flatMap((text) => safeLines(text, { secrets }))) say(line);
}
