import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { errorText } from "../config/error-text.ts";
import { evidenceMarkdown } from "../evidence/evidence-markdown.ts";
import { statusContext } from "../evidence/names.ts";
import type { Actor, Event, Outcome } from "../journal/event.ts";
import { prepare } from "../execute/prepare.ts";
import type { PhaseReport, PhaseRequest, PhaseWatcher } from "../execute/request.ts";
import { runPhase } from "../execute/run-phase.ts";
import { runResolution, type Decision } from "../execute/run-resolution.ts";
import type { Plan } from "../plan/plan.ts";
import { createLog, type Log } from "../report/log.ts";
import { outputsOf } from "../report/outputs.ts";
import { planMarkdown, planText } from "../report/plan-markdown.ts";
import { renderSummary } from "../report/summary.ts";
import { shortSummary } from "../report/short-summary.ts";
import { githubWitness } from "./github-witness.ts";
import { runnerLog, warnJob } from "./log.ts";
import { writeRunEvidence } from "./run-evidence.ts";
import { writeOutputs } from "./outputs.ts";
import { InputError, type ActionInputs } from "./read-inputs.ts";
import { outputFolder, readRunContext } from "./run-context.ts";
import { writeSummary } from "./summary.ts";
import { writeVerdictFiles } from "./verdict-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the job ends, for the caller that sets its status. */
export interface ActionEnd {
  readonly outcome: Outcome;
  readonly message: string;
}

/** Runs what the inputs ask for: the plan, or one phase; summary and outputs are written before anything is judged. */
export async function runAction(
  inputs: ActionInputs,
  env: Environment,
  signal: AbortSignal,
): Promise<ActionEnd> {
  const folder = outputFolder(env);
  await mkdir(folder, { recursive: true });
  if (inputs.phase === "plan") return showPlan(inputs, env, folder);
  if (inputs.phase === "evidence") return proveRun(inputs, env, folder);
  if (inputs.dryRun)
    return refuse("dry-run arrives with a later version; nothing was changed", env);
  return runOnePhase(inputs, env, folder, signal);
}

async function showPlan(
  inputs: ActionInputs,
  env: Environment,
  folder: string,
): Promise<ActionEnd> {
  const { plan } = prepare({
    ...inputs,
    runbookFile: inputs.runbook,
    inventoryFile: inputs.inventory,
  });
  const log = liveLog(inputs);
  for (const line of planText(plan, inputs.masked)) log.say(line);
  log.end();
  await publish(planMarkdown(plan), "plan", env, folder);
  writeOutputs({ outcome: "succeeded", "plan-digest": plan.digest });
  return { outcome: "succeeded", message: "" };
}

async function proveRun(
  inputs: ActionInputs,
  env: Environment,
  folder: string,
): Promise<ActionEnd> {
  const prepared = prepare({
    ...inputs,
    runbookFile: inputs.runbook,
    inventoryFile: inputs.inventory,
  });
  const evidence = await writeRunEvidence(inputs, prepared, env, folder);
  const { runbook, environment, of } = evidence;
  const context = statusContext(runbook, environment, of);
  await publish(evidenceMarkdown(evidence, context), "evidence", env, folder);
  const log = liveLog(inputs);
  log.say(
    `${context}: ${evidence.proven ? "proven" : `proves nothing: ${evidence.why.join("; ")}`}`,
  );
  log.end();
  writeOutputs({ outcome: "succeeded", "plan-digest": evidence.planDigest });
  return { outcome: "succeeded", message: "" };
}

async function refuse(message: string, env: Environment): Promise<ActionEnd> {
  await writeSummary(shortSummary("refused", message, ""), env);
  writeOutputs({ outcome: "refused" });
  return { outcome: "refused", message };
}

async function runOnePhase(
  inputs: ActionInputs,
  env: Environment,
  folder: string,
  signal: AbortSignal,
): Promise<ActionEnd> {
  const copyFile = join(folder, "journal.jsonl");
  let log = liveLog(inputs);
  let journaled = false;
  const request = phaseRequest(inputs, env, copyFile, signal);
  const watcher: PhaseWatcher = {
    planned: (plan: Plan) => (log = liveLog(inputs, plan)),
    event: (event: Event) => {
      journaled = true;
      log.append(event);
    },
    say: (line: string) => log.say(line),
  };
  const report =
    inputs.phase === "resolve"
      ? await runResolution(request, rulingOf(inputs), watcher)
      : await runPhase(request, watcher);
  // A job that ends well without having done anything says at least why.
  if (!journaled && report.outcome === "already-done")
    log.say(`${report.sentence}; ${report.next}`);
  log.end();
  writeOutputs(outputs(report, inputs.phase, copyFile));
  // What was done was done, also when nothing more can be written of it: a full disk must not call it refused.
  await unlessUnwritable(inputs.masked, async () => {
    await publish(summaryOf(report, inputs), inputs.phase, env, folder);
    await writeVerdictFiles(report.events, inputs.phase, folder, inputs.masked);
  });
  const untouched = report.outcome === "refused" && report.changed !== true;
  const unchanged = untouched ? "Nothing was changed.\n" : "";
  return {
    outcome: report.outcome,
    message: `${report.sentence}\n${unchanged}Next: ${report.next}`,
  };
}

async function unlessUnwritable(
  secrets: readonly string[],
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    warnJob(`the summary or its files could not be written: ${errorText(error)}`, secrets);
  }
}

/** A ruling is kept for good, so it wants to be whole: which step, what was found, and why. */
function rulingOf({ step, ruling, reason }: ActionInputs): Decision {
  const missing = Object.entries({ step, ruling, reason }).filter(
    ([, value]) => value === undefined,
  );
  if (step === undefined || ruling === undefined || reason === undefined) {
    throw new InputError(missing.map(([name]) => `${name} is required for phase resolve`));
  }
  return typeof ruling === "object" ? { step, ruling, reason } : { step, ruling, reason };
}

function liveLog(inputs: ActionInputs, plan?: Plan): Log {
  const now = (): Date => new Date();
  return createLog({
    ...runnerLog,
    secrets: inputs.masked,
    now,
    ...(plan === undefined ? {} : { plan }),
  });
}

function phaseRequest(
  inputs: ActionInputs,
  env: Environment,
  copyFile: string,
  signal: AbortSignal,
): PhaseRequest {
  return {
    phase: inputs.phase,
    environment: inputs.environment,
    runbookFile: inputs.runbook,
    inventoryFile: inputs.inventory,
    vars: inputs.vars,
    secrets: inputs.secrets,
    planDigest: inputs.planDigest,
    sshPrivateKey: inputs.sshPrivateKey,
    sshPassphrase: inputs.sshPassphrase,
    sshAgent: inputs.sshPrivateKey === undefined ? env["SSH_AUTH_SOCK"] : undefined,
    knownHosts: inputs.knownHosts ?? "",
    acceptDataLoss: inputs.acceptDataLoss,
    keep503: inputs.keep503,
    reason: inputs.reason,
    actor: actorOf(env),
    copyFile,
    signal,
    witness: githubWitness(inputs.githubToken, env, signal),
  };
}

/** Outside of a workflow a person's terminal acts, and all of its phases belong together. */
function actorOf(env: Environment): Actor {
  const run = readRunContext(env);
  const user = env["USER"] ?? env["LOGNAME"] ?? "unknown";
  if (run === undefined) return { run: `terminal:${user}`, runAttempt: 1, url: "", by: user };
  return { run: run.runId, runAttempt: run.runAttempt, url: run.runUrl, by: run.actor };
}

function summaryOf(report: PhaseReport, inputs: ActionInputs): string {
  const told =
    report.plan !== undefined && report.events.some(({ place }) => place.phase === inputs.phase);
  if (report.plan === undefined || !told)
    return shortSummary(report.outcome, report.sentence, report.next);
  const page = renderSummary({
    events: report.events,
    phase: inputs.phase,
    plan: report.plan,
    now: new Date(),
    secrets: inputs.masked,
    journalHead: report.journalHead,
  });
  // A phase that was not admitted has journaled nothing of this attempt, so the page would tell of an earlier one.
  const own = report.events.at(-1)?.body;
  const ended = own?.type === "phase-ended" || own?.type === "round-closed";
  return ended && report.outcome === endedOutcome(report)
    ? page
    : `${shortSummary(report.outcome, report.sentence, report.next)}\n${page}`;
}

function endedOutcome({ events }: PhaseReport): Outcome | undefined {
  const last = events.findLast(({ body }) => body.type === "phase-ended");
  return last?.body.type === "phase-ended" ? last.body.outcome : undefined;
}

async function publish(
  markdown: string,
  phase: string,
  env: Environment,
  folder: string,
): Promise<void> {
  await mkdir(join(folder, "summary"), { recursive: true });
  await writeFile(join(folder, "summary", `${phase}.md`), markdown);
  await writeSummary(markdown, env);
}

function outputs(report: PhaseReport, phase: string, copyFile: string) {
  const journal = report.journalFile ?? copyFile;
  return {
    ...outputsOf(report.events, phase),
    outcome: report.outcome,
    ...(existsSync(journal) ? { journal } : {}),
    ...(report.plan === undefined ? {} : { "plan-digest": report.plan.digest }),
  };
}
