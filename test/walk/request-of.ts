import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../src/execute/clock.ts";
import type { PhaseRequest } from "../../src/execute/request.ts";
import type { Ruling } from "../../src/execute/run-resolution.ts";
import type { Actor } from "../../src/journal/event.ts";
import type { Link } from "../../worlds/faults/link.ts";
import { environment, hosts, type Ground, type HostName } from "./ground.ts";

/** What a job is for, and who asks. */
export interface Ask {
  readonly phase: string;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  /** With it the job is a resolution, and no phase runs. */
  readonly ruling?: Ruling;
}

/** Where a job runs. */
export interface RunnerOptions {
  readonly ground: Ground;
  readonly clock: Clock;
  /** For its inventory and its copy of the journal. */
  readonly folder: string;
  /** Hosts to which there is no way from the beginning. */
  readonly unreachable: ReadonlySet<HostName>;
}

type Links = Readonly<Record<HostName, Link>>;

/** What the engine is asked for, as an action would; the hosts are behind the job's own links. */
export function requestOf(
  { ground, clock, folder }: RunnerOptions,
  { phase, actor, reason }: Ask,
  links: Links,
  signal: AbortSignal,
): PhaseRequest {
  mkdirSync(folder, { recursive: true });
  return {
    phase,
    environment,
    runbookFile: join(import.meta.dirname, "runbook.yml"),
    inventoryFile: writeInventory(ground, folder, links),
    vars: {},
    secrets: {},
    planDigest: undefined,
    sshPrivateKey: ground.sshPrivateKey,
    sshPassphrase: undefined,
    sshAgent: undefined,
    knownHosts: hosts.map((host) => `[127.0.0.1]:${links[host].port} ${ground.hostKey}`).join("\n"),
    acceptDataLoss: undefined,
    keep503: false,
    reason,
    actor,
    copyFile: join(folder, "journal.jsonl"),
    signal,
    clock,
  };
}

function writeInventory(ground: Ground, folder: string, links: Links): string {
  const file = join(folder, "inventory.json");
  const host = ({ port }: Link) => ({ address: "127.0.0.1", port, user: "operator" });
  const inventory = {
    environment,
    protected: false,
    journal: { host: "one", directory: ground.journal },
    hosts: { one: host(links.one), two: host(links.two) },
    roles: { all: hosts, one: ["one"], two: ["two"] },
  };
  writeFileSync(file, JSON.stringify(inventory));
  return file;
}
