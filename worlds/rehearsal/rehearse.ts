import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { startEmbeddedWorld } from "../embedded/start-embedded-world.ts";
import { startGithub, type LocalGithub } from "../github/start-github.ts";
import { careful } from "../github/state.ts";
import { startRealWorld } from "../real/start-real-world.ts";
import type { World } from "../world.ts";
import { runJob, type JobEnd } from "./action-process.ts";
import { askApproval, endOfAsking } from "./ask-approval.ts";
import { checkPlanted, type PlantedCheck } from "./check-planted.ts";
import { Interruption } from "./interruption.ts";
import { findFault, listFaults, rehearseFault } from "./rehearse-fault.ts";
import { dispatched, RunIds } from "./run-ids.ts";
import { writePage } from "./write-page.ts";
import { chain, readOptions, usage, UsageError, type RehearsalOptions } from "./options.ts";

/** How one dispatched job ended, for the closing table. */
interface PhaseResult {
  readonly phase: string;
  readonly outcome: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) return tell(usage.trimEnd(), 0);
  if (options.listFaults) return tell(listFaults(), 0);
  const fault = options.fault === undefined ? undefined : findFault(options.fault);
  const out = resolve(options.out);
  clear(out);
  const interruption = new Interruption(say);
  if (fault !== undefined) {
    return rehearseFault(fault, options, out, interruption, say).finally(() => interruption.done());
  }
  const github = await startGithub(careful());
  const shared = { interruption, github, runs: new RunIds() };
  try {
    const first = options.environment === "prod" ? await preProdFirst(options, out, shared) : 0;
    if (first !== 0) return interruption.status ?? first;
    return await rehearse(options, out, shared);
  } finally {
    endOfAsking();
    await github.stop();
    interruption.done();
  }
}

/** What the rehearsals of one call have in common: GitHub, and the runs in it. */
interface Shared {
  readonly interruption: Interruption;
  readonly github: LocalGithub;
  readonly runs: RunIds;
}

/** Prod goes by what pre-prod has proved: its whole chain runs first, in a world of its own. */
async function preProdFirst(
  options: RehearsalOptions,
  out: string,
  shared: Shared,
): Promise<number> {
  say("\n━━━━ pre-prod first ━━━━");
  const own: RehearsalOptions = {
    ...options,
    environment: "pre-prod",
    phases: chain,
    keep: false,
  };
  const folder = join(out, "pre-prod");
  mkdirSync(folder, { recursive: true });
  const status = await rehearse(own, folder, shared);
  if (status === 0) say("\n━━━━ now prod ━━━━");
  return status;
}

/** Rehearses one environment in a world of its own. */
async function rehearse(options: RehearsalOptions, out: string, shared: Shared): Promise<number> {
  const { interruption } = shared;
  const world = await startWorld(options);
  try {
    const results = await runPhases({ ...shared, world, options, out });
    const status = await conclude(results, world, options, out);
    return interruption.status ?? status;
  } finally {
    if (options.keep) await kept(world, interruption);
    await world.stop();
  }
}

function tell(text: string, status: number): number {
  say(text);
  return status;
}

/** Only what a rehearsal writes is removed: a folder that holds anything else is somebody's. */
function clear(out: string): void {
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new UsageError(`--out ${out} is a file; name a folder, which is made if it is not there`);
  for (const name of [
    "journal.jsonl",
    "summary",
    "evidence.json",
    "index.html",
    "runner",
    "jobs",
    "pre-prod",
  ]) {
    rmSync(join(out, name), { recursive: true, force: true });
  }
  mkdirSync(out, { recursive: true });
}

async function startWorld(options: RehearsalOptions): Promise<World> {
  const start = options.world === "real" ? startRealWorld : startEmbeddedWorld;
  say(`Starting the ${options.world} world (mover ${options.mover}) …`);
  return start({
    directory: mkdtempSync(join(tmpdir(), "rp-")),
    environment: options.environment,
    evidence: options.environment === "prod" ? { from: "pre-prod", "max-age": "1d" } : undefined,
    moverVersion: options.mover,
    log: say,
    ...organizations(),
  });
}

/** Tests rehearse a small world; a person sees the size that people have. */
function organizations(): { organizations?: number } {
  const asked = process.env["REHEARSAL_ORGANIZATIONS"];
  return asked === undefined ? {} : { organizations: Number(asked) };
}

async function kept(world: World, interruption: Interruption): Promise<void> {
  if (interruption.status !== undefined) return;
  say("\nThe world is left running:");
  for (const line of world.describe()) say(`  ${line}`);
  say("Press Ctrl-C to stop it.");
  await interruption.wait();
}

/** What every job of a rehearsal shares. */
interface Rehearsal extends Shared {
  readonly world: World;
  readonly options: RehearsalOptions;
  readonly out: string;
}

async function runPhases(rehearsal: Rehearsal): Promise<readonly PhaseResult[]> {
  const { options, interruption, runs } = rehearsal;
  const results: PhaseResult[] = [];
  runs.endChain();
  if (interruption.status !== undefined) return results;
  const planned = await job(rehearsal, { phase: "plan", runId: runs.of("plan") });
  results.push({ phase: "plan", outcome: planned.outputs["outcome"] ?? "failed" });
  if (planned.status !== 0) return results;
  const planDigest = planned.outputs["plan-digest"];
  for (const [index, phase] of options.phases.entries()) {
    if (interruption.status !== undefined) return results;
    if (!(await approved(phase, rehearsal)))
      return [...results, { phase, outcome: "not approved" }];
    const runId = runs.of(phase);
    const end = await dispatch(rehearsal, { phase, runId, planDigest });
    results.push({ phase, outcome: end.outputs["outcome"] ?? `exit ${end.status}` });
    const next = options.phases[index + 1];
    if (end.status !== 0 || next === undefined || next === "preflight" || dispatched.has(next))
      await prove(rehearsal, phase, end.runId);
    if (end.status !== 0) return results;
  }
  return results;
}

/** The last job of a run's workflow, which always runs: what the run proved. */
async function prove(rehearsal: Rehearsal, last: string, runId: string): Promise<void> {
  if (rehearsal.interruption.status !== undefined || (dispatched.has(last) && last !== "rollback"))
    return;
  await job(rehearsal, { phase: "evidence", runId, of: last === "rollback" ? last : undefined });
}

interface Dispatch {
  readonly phase: string;
  readonly runId: string;
  readonly planDigest?: string | undefined;
  readonly acceptDataLoss?: number | undefined;
  readonly of?: string | undefined;
}

/** How a dispatched phase ended, and the run in which it did. */
type Dispatched = JobEnd & { readonly runId: string };

/** As a person would: where the summary asks for a number of rows, look at it and dispatch again with that number. */
async function dispatch(rehearsal: Rehearsal, asked: Dispatch): Promise<Dispatched> {
  let { runId } = asked;
  let end = await job(rehearsal, asked);
  for (let again = 1; again <= 3 && end.status !== 0 && dispatched.has(asked.phase); again += 1) {
    const wanted = /accept-data-loss (\d+)/.exec(end.log)?.[1];
    if (wanted === undefined) break;
    // Live traffic goes on writing until 503 mode is on, so the number is accepted with some room.
    const acceptDataLoss = Number(wanted) + 25;
    say(
      `\n${asked.phase} would lose ${wanted} rows; dispatching it again with accept-data-loss ${acceptDataLoss}.`,
    );
    runId = `${asked.runId}${again}`;
    end = await job(rehearsal, { ...asked, runId, acceptDataLoss });
  }
  return { ...end, runId };
}

async function job(
  { world, options, out, interruption, github }: Rehearsal,
  asked: Dispatch,
): Promise<JobEnd> {
  say(`\n━━ ${asked.phase} ━━`);
  const end = await runJob(
    world,
    out,
    {
      phase: asked.phase,
      environment: options.environment,
      github,
      runId: asked.runId,
      runAttempt: 1,
      planDigest: asked.planDigest,
      acceptDataLoss: asked.acceptDataLoss,
      of: asked.of,
      reason: dispatched.has(asked.phase) ? "rehearsal" : undefined,
    },
    (text) => void process.stdout.write(text),
    { interrupt: interruption.signal },
  );
  const folder = join(out, "runner", "runbook-phase");
  for (const name of ["journal.jsonl", "evidence.json", "summary"]) {
    if (existsSync(join(folder, name)))
      cpSync(join(folder, name), join(out, name), { recursive: true });
  }
  return end;
}

async function approved(phase: string, { options, interruption }: Rehearsal): Promise<boolean> {
  if (options.yes) return true;
  const question = `\nApprove the deployment of ${phase} to ${options.environment}? [y/N] `;
  return askApproval(question, interruption.signal);
}

async function conclude(
  results: readonly PhaseResult[],
  world: World,
  options: RehearsalOptions,
  out: string,
): Promise<number> {
  say("\n━━ Result ━━");
  for (const { phase, outcome } of results) say(`${phase.padEnd(12)} ${outcome}`);
  const wellDone =
    results.length === options.phases.length + 1 && results.every(({ outcome }) => isGood(outcome));
  const checks = existsSync(join(out, "journal.jsonl"))
    ? checkPlanted(join(out, "journal.jsonl"), world.planted)
    : undefined;
  const wrong = (checks ?? []).filter(({ planted, found }) => planted !== found);
  if (checks !== undefined) sayChecks(checks);
  writePage(out);
  say("");
  say(
    wellDone && wrong.length === 0
      ? `All came true. Results are in ${out}`
      : `It did not come out as promised; see ${out}`,
  );
  return wellDone && wrong.length === 0 ? 0 : 1;
}

function isGood(outcome: string): boolean {
  return outcome === "succeeded" || outcome === "already-done";
}

function sayChecks(checks: readonly PlantedCheck[]): void {
  say("\nPlanted in the world and found by the migration's verdict:");
  const width = Math.max(...checks.map(({ what }) => what.length));
  for (const { what, planted, found } of checks) {
    say(
      `${what.padEnd(width)}  ${String(planted).padStart(6)}  ${String(found).padStart(6)}  ${planted === found ? "same" : "DIFFERENT"}`,
    );
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError)
    process.stderr.write("script/rehearse --help says what there is.\n");
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
