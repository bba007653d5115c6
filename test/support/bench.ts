import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { PhaseReport, PhaseRequest } from "../../src/execute/request.ts";
import { runPhase } from "../../src/execute/run-phase.ts";
import type { Actor, Event } from "../../src/journal/event.ts";
import { makeKeyPair } from "../../worlds/common/key-pair.ts";
import { listen, type Listening } from "../../worlds/common/listen.ts";
import { startSshHost } from "../../worlds/embedded/ssh-host.ts";
import { createProject, environment, type Project, type ProjectOptions } from "./project.ts";

/** A project whose hosts are SSH servers in this process, and phases run on them as a job would. */
export interface Bench extends Project {
  run(phase: string, options?: RunOptions): Promise<Ran>;
  /** What such a run is asked for. */
  request(phase: string, changed?: Partial<PhaseRequest>): PhaseRequest;
  /** Files for whoever comes from outside: the key that opens the hosts, and the hosts' own. */
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Where a host listens. */
  port(host: string): number;
  /** Runs phases of the chain that must succeed. */
  through(...phases: readonly string[]): Promise<void>;
  /** The host takes no connection until it is started again on its port. */
  stop(host: string): Promise<void>;
  start(host: string): Promise<void>;
  /** The host takes connections and never says a word, until it is stopped. */
  hang(host: string): Promise<void>;
}

export type RunOptions = Partial<PhaseRequest> & {
  readonly onEvent?: (event: Event) => void;
  readonly onSay?: (line: string) => void;
};

export interface Ran extends PhaseReport {
  readonly said: readonly string[];
  /** The events of this run alone. */
  readonly own: readonly Event[];
}

const client = makeKeyPair();
const host = makeKeyPair();

export const ada: Actor = {
  run: "4711",
  runAttempt: 1,
  url: "https://github.example/runs/4711",
  by: "ada",
};
export const bob: Actor = {
  run: "4712",
  runAttempt: 1,
  url: "https://github.example/runs/4712",
  by: "bob",
};

/** Starts the hosts of a project; a program in a host's `bin` stands before the machine's own. */
export async function startBench(options: ProjectOptions): Promise<Bench> {
  const names = options.hosts ?? ["one", "two", "three"];
  const ports: Record<string, number> = {};
  const servers = new Map<string, Listening>();
  const project = createProject({ ...options, ports });
  const start = async (name: string): Promise<void> => {
    const server = await startHost(project, name, ports[name]);
    ports[name] = server.port;
    servers.set(name, server);
  };
  for (const name of names) await start(name);
  onTestFinished(async () => {
    for (const server of servers.values()) await server.close();
  });
  const stop = async (name: string): Promise<void> => {
    await servers.get(name)?.close();
    servers.delete(name);
  };
  const known = Object.values(ports).map((port) => `[127.0.0.1]:${port} ${host.public}`);
  project.change({});
  const identityFile = join(project.directory, "identity");
  const knownHostsFile = join(project.directory, "known_hosts");
  writeFileSync(identityFile, client.private, { mode: 0o600 });
  writeFileSync(knownHostsFile, `${known.join("\n")}\n`);
  const request = (phase: string, changed: Partial<PhaseRequest> = {}): PhaseRequest =>
    requestOf(project, known.join("\n"), phase, changed);
  const run = (phase: string, options: RunOptions = {}): Promise<Ran> => {
    const { onEvent: _, onSay: __, ...changed } = options;
    return runOn(request(phase, changed), options);
  };
  return {
    ...project,
    identityFile,
    knownHostsFile,
    run,
    request,
    port: (name) => ports[name] ?? 0,
    start,
    stop,
    async hang(name) {
      await stop(name);
      servers.set(name, await listen(createServer(), ports[name]));
    },
    async through(...phases) {
      for (const phase of phases) {
        const { outcome, sentence } = await run(phase);
        if (outcome !== "succeeded") throw new Error(`${phase} ${outcome}: ${sentence}`);
      }
    },
  };
}

function startHost(project: Project, name: string, port: number | undefined): Promise<Listening> {
  const directory = project.path(name);
  mkdirSync(join(directory, "bin"), { recursive: true });
  return startSshHost({
    directory,
    env: { PATH: `${join(directory, "bin")}:${process.env["PATH"] ?? ""}`, HOME: directory },
    hostKey: host.private,
    authorizedKeys: [client.public],
    ...(port === undefined ? {} : { port }),
  });
}

function requestOf(
  project: Project,
  knownHosts: string,
  phase: string,
  changed: Partial<PhaseRequest>,
): PhaseRequest {
  return {
    phase,
    environment,
    runbookFile: project.runbookFile,
    inventoryFile: project.inventoryFile,
    vars: {},
    secrets: {},
    planDigest: undefined,
    sshPrivateKey: client.private,
    sshPassphrase: undefined,
    sshAgent: undefined,
    knownHosts,
    acceptDataLoss: undefined,
    keep503: false,
    reason: undefined,
    actor: ada,
    copyFile: join(project.directory, "copy.jsonl"),
    signal: new AbortController().signal,
    ...changed,
  };
}

async function runOn(request: PhaseRequest, { onEvent, onSay }: RunOptions): Promise<Ran> {
  const said: string[] = [];
  const own: Event[] = [];
  const report = await runPhase(request, {
    planned: () => undefined,
    event: (event) => {
      own.push(event);
      onEvent?.(event);
    },
    say: (line) => {
      said.push(line);
      onSay?.(line);
    },
  });
  return { ...report, said, own };
}
