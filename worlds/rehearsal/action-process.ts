import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { compileCache } from "../common/compile-cache.ts";
import { beginJob } from "../github/job-on-github.ts";
import type { LocalGithub } from "../github/start-github.ts";
import type { World } from "../world.ts";

/** What one job of a workflow run gets. */
export interface Job {
  readonly phase: string;
  readonly environment: string;
  /** Stands for GitHub's run id: jobs of one dispatch share it. */
  readonly runId: string;
  readonly runAttempt: number;
  readonly planDigest: string | undefined;
  readonly acceptDataLoss: number | undefined;
  readonly reason: string | undefined;
  /** Further inputs by their names in action.yml, and other values for those that a rehearsal gives anyway. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Where its run is known; without it the job has neither an API nor a token. */
  readonly github?: LocalGithub;
  /** The dispatched phase whose evidence the job writes; without it the chain's. */
  readonly of?: string | undefined;
}

export interface JobEnd {
  readonly status: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
}

/** What ends a job's process early: GitHub cancels with a signal and leaves it time to end; a lost runner is a kill. */
export interface JobSignals {
  readonly interrupt?: AbortSignal;
  readonly kill?: AbortSignal;
}

const root = join(import.meta.dirname, "../..");

/** Runs the bundled action in a process of its own, with the inputs, files and variables that GitHub's runner gives it. */
export async function runJob(
  world: World,
  out: string,
  job: Job,
  show: (text: string) => void,
  signals: JobSignals = {},
): Promise<JobEnd> {
  const temp = join(out, "runner");
  await mkdir(temp, { recursive: true });
  const files = {
    output: join(temp, "output"),
    summary: join(temp, "step-summary"),
    state: join(temp, "state"),
  };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const onGithub = job.github === undefined ? undefined : beginJob(job.github, job);
  const child = spawn(process.execPath, [join(root, "dist/index.js")], {
    cwd: root,
    env: { ...runnerEnv(job, temp, files), ...onGithub?.env, ...inputs(world, job) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const take = (chunk: Buffer): void => {
    log += chunk.toString();
    show(chunk.toString());
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const interrupt = (): boolean => child.kill("SIGINT");
  const kill = (): boolean => child.kill("SIGKILL");
  signals.interrupt?.addEventListener("abort", interrupt, { once: true });
  signals.kill?.addEventListener("abort", kill, { once: true });
  const status = await new Promise<number>((resolve) =>
    child.on("close", (code) => resolve(code ?? 1)),
  );
  onGithub?.end(status, signals.kill?.aborted === true ? {} : uploaded(temp));
  signals.interrupt?.removeEventListener("abort", interrupt);
  signals.kill?.removeEventListener("abort", kill);
  return { status, outputs: readOutputs(files.output), log };
}

/** What the workflows upload of a job: the folder that the action keeps for it. */
function uploaded(temp: string): Record<string, Uint8Array> {
  const folder = join(temp, "runbook-phase");
  const files = ["journal.jsonl", "evidence.json"].map(
    (name) => [name, join(folder, name)] as const,
  );
  return Object.fromEntries(
    files.filter(([, file]) => existsSync(file)).map(([name, file]) => [name, readFileSync(file)]),
  );
}

function runnerEnv(
  job: Job,
  temp: string,
  files: { output: string; summary: string; state: string },
) {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "/",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_RUN_ID: job.runId,
    GITHUB_RUN_ATTEMPT: String(job.runAttempt),
    GITHUB_REPOSITORY: "rehearsal/runbook-phase",
    GITHUB_SERVER_URL: "https://github.invalid",
    GITHUB_ACTOR: "rehearsal",
    GITHUB_TRIGGERING_ACTOR: "rehearsal",
    GITHUB_WORKFLOW: "Org migration",
    GITHUB_JOB: job.phase,
    GITHUB_OUTPUT: files.output,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_STATE: files.state,
    RUNNER_TEMP: temp,
    ...compileCache,
  };
}

/** Jobs that name no environment get none of its secrets. */
const withoutSecrets = new Set(["plan", "evidence"]);

function secretInputs({ knownHosts, sshPrivateKey, secrets }: World): Record<string, string> {
  return {
    "KNOWN-HOSTS": knownHosts,
    "SSH-PRIVATE-KEY": sshPrivateKey,
    SECRETS: JSON.stringify(secrets),
  };
}

function inputs(world: World, job: Job): Record<string, string> {
  const given: Record<string, string | undefined> = {
    PHASE: job.phase,
    ENVIRONMENT: job.environment,
    RUNBOOK: "runbooks/org-migration/runbook.yml",
    INVENTORY: world.inventoryFile,
    ...(withoutSecrets.has(job.phase) ? {} : secretInputs(world)),
    "PLAN-DIGEST": job.planDigest,
    "ACCEPT-DATA-LOSS": job.acceptDataLoss === undefined ? undefined : String(job.acceptDataLoss),
    REASON: job.reason,
    ...inUpperCase(job.inputs ?? {}),
  };
  const set = Object.entries(given).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(set.map(([name, value]) => [`INPUT_${name}`, value]));
}

function inUpperCase(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name.toUpperCase(), value]),
  );
}

/** The runner's file format: `name=value`, or `name<<delimiter` with lines up to the delimiter. */
function readOutputs(file: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = readFileSync(file, "utf8").split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[at] ?? "") ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at + 1);
    outputs[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return outputs;
}
