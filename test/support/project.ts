import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** What a small runbook says beside the steps of its phase `work`. */
export interface ProjectOptions {
  /** Steps of the phase `work`, as YAML at column 0. */
  readonly steps?: string;
  /** Variables beside `folder` and `me`, as the inside of a YAML map. */
  readonly vars?: string;
  /** Secrets, consoles, readings …, as YAML at column 0. */
  readonly declarations?: string;
  /** Further phases behind the chain, as YAML at column 0. */
  readonly phases?: string;
  /** The deadline of the phase `work`. */
  readonly workTimeout?: string;
  readonly finish?: string;
  readonly prepare?: string;
  readonly hosts?: readonly string[];
  readonly roles?: Readonly<Record<string, readonly string[]>>;
  /** Hosts that the inventory does not know. */
  readonly unlisted?: readonly string[];
  /** Lines of the inventory beside hosts, roles, journal and environment. */
  readonly inventory?: string;
  readonly journalHost?: string;
  readonly failures?: string;
  readonly baseline?: string;
  readonly ports?: Readonly<Record<string, number>>;
}

/** A runbook and its inventory in a temporary folder, which also holds one folder per host. */
export interface Project {
  readonly directory: string;
  readonly hosts: readonly string[];
  readonly runbookFile: string;
  readonly inventoryFile: string;
  readonly journalDirectory: string;
  /** A path in a host's folder, where its commands land. */
  path(host: string, name?: string): string;
  /** What a file in a host's folder holds; empty when it is not there. */
  read(host: string, name: string): string;
  put(host: string, name: string, text: string): void;
  /** Writes runbook and inventory again, with some options changed. */
  change(options: Partial<ProjectOptions>): void;
  journalText(): string;
}

export const environment = "test";

/** Writes a project; the test's end removes it. */
export function createProject(options: ProjectOptions): Project {
  const directory = mkdtempSync(join(tmpdir(), "engine-"));
  const hosts = options.hosts ?? ["one", "two", "three"];
  const path = (host: string, name = ""): string => join(directory, "hosts", host, name);
  onTestFinished(async () => {
    for (const host of hosts) await letJobsEnd(path(host));
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const host of hosts) mkdirSync(path(host), { recursive: true });
  const journalDirectory = join(directory, "journal");
  mkdirSync(journalDirectory);
  writeFileSync(join(journalDirectory, "environment"), `${environment}\n`);
  const project: Project = {
    directory,
    hosts,
    runbookFile: join(directory, "runbook.yml"),
    inventoryFile: join(directory, "inventory.yml"),
    journalDirectory,
    path,
    read: (host, name) => readIfThere(path(host, name)),
    put: (host, name, text) => writeFileSync(path(host, name), text),
    change: (changed) => write(project, { ...options, ...changed }),
    journalText: () => readIfThere(join(journalDirectory, "journal.jsonl")),
  };
  write(project, options);
  return project;
}

/** Jobs outlive what started them; those of a test wait for a file `go` and must be over before their folder goes. */
async function letJobsEnd(host: string): Promise<void> {
  const jobs = join(host, ".runbook-phase/jobs");
  if (!existsSync(jobs)) return;
  writeFileSync(join(host, "go"), "");
  const running = (job: string): boolean => {
    const pid = Number.parseInt(readIfThere(join(jobs, job, "pid")), 10);
    return !existsSync(join(jobs, job, "exit")) && existsSync(`/proc/${pid}`);
  };
  for (let turn = 0; turn < 200 && readdirSync(jobs).some(running); turn += 1) await sleep(25);
}

function write(project: Project, options: ProjectOptions): void {
  const file = (name: string, text: string): void =>
    writeFileSync(join(project.directory, name), text);
  file("runbook.yml", runbookOf(options));
  file("inventory.yml", inventoryOf(project, options));
  if (options.failures !== undefined) file("failures.yml", options.failures);
  if (options.baseline !== undefined) file("baseline.yml", options.baseline);
}

const nothing = `- { id: ready, on: one, assert: "true" }`;
const end = `- { id: over, on: one, assert: "true" }`;

function runbookOf(options: ProjectOptions): string {
  const { declarations = "", phases = "", failures } = options;
  return `runbook: small
${failures === undefined ? "" : "failures: failures.yml\n"}vars: { folder: null, me: null${options.vars === undefined ? "" : `, ${options.vars}`} }
${declarations}
phases:
  - id: prepare
    round: opens
    steps:
${indent(options.prepare ?? nothing)}
  - id: work
${options.workTimeout === undefined ? "" : `    timeout: ${options.workTimeout}\n`}    steps:
${indent(options.steps ?? `- { id: only, on: one, assert: "true" }`)}
  - id: finish
    round: closes
    steps:
${indent(options.finish ?? end)}
${indent(phases, 2)}
`;
}

function inventoryOf(project: Project, options: ProjectOptions): string {
  const hosts = project.hosts.filter((host) => !(options.unlisted ?? []).includes(host));
  const roles = {
    ...Object.fromEntries(hosts.map((host) => [host, [host]])),
    all: hosts,
    ...options.roles,
  };
  const journal = options.journalHost;
  return [
    `environment: ${environment}`,
    ...((options.inventory ?? "").includes("protected:") ? [] : ["protected: false"]),
    journal === undefined
      ? `journal: { directory: ${project.journalDirectory} }`
      : `journal: { host: ${journal}, directory: ${project.journalDirectory} }`,
    ...(options.baseline === undefined ? [] : ["baseline: baseline.yml"]),
    "hosts:",
    ...hosts.map((host) => {
      const port = options.ports?.[host] ?? 22;
      const vars = `{ folder: ${project.path(host)}, me: ${host} }`;
      return `  ${host}: { address: 127.0.0.1, port: ${port}, user: operator, vars: ${vars} }`;
    }),
    "roles:",
    ...Object.entries(roles).map(([role, names]) => `  ${role}: [${names.join(", ")}]`),
    options.inventory ?? "",
    "",
  ].join("\n");
}

function indent(text: string, by = 6): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
