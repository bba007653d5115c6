import { setTimeout as wait } from "node:timers/promises";

import { ConfigError } from "../config/problem.ts";
import { loadBaseline } from "../inventory/load-baseline.ts";
import { loadInventory } from "../inventory/load-inventory.ts";
import type { Inventory } from "../inventory/schema.ts";
import { secretProblems } from "../inventory/secrets.ts";
import { validate } from "../inventory/validate.ts";
import type { Actor, Event, Outcome } from "../journal/event.ts";
import { JournalError } from "../journal/journal-error.ts";
import { openJournal, type Journal } from "../journal/journal.ts";
import { hostStore } from "../journal/host-store.ts";
import { acquireLease, hostLease, localLease, type Lease } from "../journal/lease.ts";
import { localStore } from "../journal/local-store.ts";
import { digest } from "../plan/digest.ts";
import { makePlan, phaseOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import { loadRunbook } from "../runbook/load-runbook.ts";
import type { Runbook, VariableValue } from "../runbook/schema.ts";
import type { Connection } from "../transport/connection.ts";
import type { Console } from "../transport/console/console.ts";
import { HostPool } from "../transport/ssh/host-pool.ts";
import { KnownHosts } from "../transport/ssh/known-hosts.ts";
import { unclassified } from "../steps/verdict.ts";
import { executePhase, type PhaseEnd } from "./execute-phase.ts";
import { keptConsole } from "./kept-console.ts";
import { SteadyJournal } from "./steady-journal.ts";
import { LeaseLostError } from "./lease-lost-error.ts";

/** What is asked for, wherever it comes from: an action's inputs or a terminal's arguments. */
export interface PhaseRequest {
  readonly phase: string;
  readonly environment: string;
  readonly runbookFile: string;
  readonly inventoryFile: string;
  readonly vars: Readonly<Record<string, VariableValue>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly planDigest: string | undefined;
  readonly sshPrivateKey: string | undefined;
  readonly sshPassphrase: string | undefined;
  readonly sshAgent: string | undefined;
  readonly knownHosts: string;
  readonly acceptDataLoss: number | undefined;
  readonly keep503: boolean;
  readonly reason: string | undefined;
  readonly actor: Actor;
  /** Where the runner keeps its copy of the journal. */
  readonly copyFile: string;
  readonly signal: AbortSignal;
}

/** Who watches while it happens. */
export interface PhaseWatcher {
  planned(plan: Plan): void;
  event(event: Event): void;
  say(line: string): void;
}

/** What is left when it is over; `events` is the whole journal, empty when it could not be read. */
export interface PhaseReport extends PhaseEnd {
  readonly plan: Plan | undefined;
  readonly events: readonly Event[];
  readonly journalHead: string;
}

/** Why a phase did not even start; nothing was changed. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}

interface Prepared {
  readonly runbook: Runbook;
  readonly inventory: Inventory;
  readonly plan: Plan;
}

/** Loads and checks everything that can be known without a network, and plans. */
export function prepare(
  request: Pick<PhaseRequest, "environment" | "runbookFile" | "inventoryFile" | "vars">,
): Prepared {
  const runbook = loadRunbook(request.runbookFile);
  const inventory = loadInventory(request.inventoryFile);
  if (inventory.environment !== request.environment) {
    throw new RefusedError(
      `${request.inventoryFile} is the inventory of environment ${inventory.environment}, and ${request.environment} was asked for`,
      "give the inventory of the environment that you mean",
    );
  }
  const problems = validate(runbook, inventory, request.vars);
  if (problems.length > 0) throw new ConfigError(problems);
  return { runbook, inventory, plan: makePlan(runbook, inventory, request.vars) };
}

/** Runs one phase from its inputs to its report. Never throws: every ending is a report. */
export async function runPhase(request: PhaseRequest, watcher: PhaseWatcher): Promise<PhaseReport> {
  let plan: Plan | undefined;
  try {
    const prepared = prepare(request);
    plan = prepared.plan;
    watcher.planned(plan);
    checkRequest(request, prepared);
    return await withHosts(request, prepared, watcher);
  } catch (error) {
    return { ...refusal(request.phase, error), plan, events: [], journalHead: "" };
  }
}

function checkRequest(request: PhaseRequest, { plan, runbook, inventory }: Prepared): PlannedPhase {
  const phase = phaseOf(plan, request.phase);
  if (request.planDigest !== undefined && request.planDigest !== plan.digest) {
    throw new RefusedError(
      `the approved plan is ${request.planDigest.slice(0, 12)}, and what would be done now is ${plan.digest.slice(0, 12)}`,
      "something changed since the plan was shown (the commit, the inventory or a variable): dispatch a new run and approve its plan",
    );
  }
  const problems = secretProblems(runbook, request.secrets);
  if (problems.length > 0) throw new ConfigError(problems);
  if (inventory.protected && phase.dispatched === undefined) {
    throw new RefusedError(
      `${inventory.environment} is protected (${request.inventoryFile}), and this version cannot verify yet what a protected environment asks for: reviewers in GitHub and the evidence of a rehearsed run`,
      "rehearse in an environment whose inventory says protected: false",
    );
  }
  return phase;
}

async function withHosts(
  request: PhaseRequest,
  prepared: Prepared,
  watcher: PhaseWatcher,
): Promise<PhaseReport> {
  const hosts = new HostPool({
    hosts: new Map(
      Object.values(prepared.plan.hosts).map((host) => [host.name, withoutUndefined(host)]),
    ),
    knownHosts: KnownHosts.parse(request.knownHosts),
    ...(request.sshPrivateKey === undefined ? {} : { privateKey: request.sshPrivateKey }),
    ...(request.sshPassphrase === undefined ? {} : { passphrase: request.sshPassphrase }),
    ...(request.sshAgent === undefined ? {} : { agent: request.sshAgent }),
  });
  try {
    return await withJournal(request, prepared, watcher, hosts);
  } finally {
    await hosts.closeAll();
  }
}

function withoutUndefined(host: Plan["hosts"][string]) {
  const { jump, ...rest } = host;
  return jump === undefined ? rest : { ...rest, jump };
}

async function withJournal(
  request: PhaseRequest,
  prepared: Prepared,
  watcher: PhaseWatcher,
  hosts: HostPool,
): Promise<PhaseReport> {
  const { plan, inventory } = prepared;
  const { host, directory } = inventory.journal;
  const at = host === undefined ? undefined : await hosts.get(host);
  const where = { directory, environment: inventory.environment };
  const reconnect =
    host === undefined
      ? undefined
      : async () => hostStore({ ...where, connection: await hosts.get(host) });
  const journal = await openJournal({
    store: at === undefined ? localStore(where) : hostStore({ ...where, connection: at }),
    copyFile: at === undefined ? undefined : request.copyFile,
    environment: inventory.environment,
    runbook: plan.runbook,
    actor: request.actor,
    now: () => new Date(),
  });
  const phase = phaseOf(plan, request.phase);
  const lease = await leaseFor(request, phase, journal, at, directory);
  journal.setToken(lease.token);
  let end: PhaseEnd;
  try {
    const steady = new SteadyJournal(journal, reconnect);
    end = await execute(request, prepared, watcher, { hosts, journal: steady, lease, phase });
  } catch (error) {
    end = interrupted(phase, error);
  } finally {
    await journal.close().catch(() => undefined);
    await lease.release().catch(() => undefined);
  }
  return { ...end, plan, events: journal.events, journalHead: journal.headHash };
}

const leaseSeconds = 120;

/** One job acts at a time; a rollback never waits for whoever has the lease, and takes it. */
async function leaseFor(
  request: PhaseRequest,
  phase: PlannedPhase,
  journal: Journal,
  at: Connection | undefined,
  directory: string,
): Promise<Lease> {
  const above = journal.events.reduce((highest, { token }) => Math.max(highest, token), 0);
  const backend = at === undefined ? localLease(directory) : hostLease(at, directory);
  const asked = { holder: request.actor, purpose: phase.id, ttlSeconds: leaseSeconds, above };
  const reason = request.reason ?? "rollback";
  const seize = phase.dispatched === "rollback" ? { seize: { reason } } : {};
  const lease = await acquireLease(backend, { ...asked, ...seize });
  if (lease.kind === "held") return lease;
  // A re-run of the same run means that its earlier attempt is over, whatever became of its runner.
  if (isEarlierAttempt(lease.holder, request.actor)) {
    const again = await acquireLease(backend, {
      ...asked,
      seize: { reason: "a re-run of the same run" },
    });
    if (again.kind === "held") return again;
  }
  throw new RefusedError(
    lease.sentence,
    "wait until it has ended or expired, or dispatch the rollback, which takes over",
  );
}

function isEarlierAttempt(holder: Actor, actor: Actor): boolean {
  return holder.run === actor.run && holder.runAttempt < actor.runAttempt;
}

interface Session {
  readonly hosts: HostPool;
  readonly journal: SteadyJournal;
  readonly lease: Lease;
  readonly phase: PlannedPhase;
}

/** Errors that no rule recognises are a class too, so a baseline may name it. */
function loadKnownFailures({ runbook, inventory }: Prepared) {
  if (inventory.baseline === undefined) return [];
  return loadBaseline(inventory.baseline, [
    ...runbook.failureRules.map((rule) => rule.class),
    unclassified,
  ]);
}

async function execute(
  request: PhaseRequest,
  prepared: Prepared,
  watcher: PhaseWatcher,
  { hosts, journal, lease, phase }: Session,
): Promise<PhaseEnd> {
  const baseline = loadKnownFailures(prepared);
  const { plan, runbook, inventory } = prepared;
  const consoles = new Map<string, Console>();
  const connect = (host: string): Promise<Connection> => hosts.get(host);
  let lost: string | undefined;
  void lease.lost.then((reason) => (lost = reason));
  try {
    return await executePhase({
      plan,
      phase,
      journal,
      actor: request.actor,
      inputs: { acceptDataLoss: request.acceptDataLoss, keep503: request.keep503 },
      reason: request.reason,
      baseline,
      baselineDigest: digest(baseline),
      failureRules: runbook.failureRules,
      stateDirectory: inventory.stateDirectory,
      token: lease.token,
      mayMutate: () => {
        if (lost !== undefined) throw new LeaseLostError(lost);
      },
      signal: request.signal,
      connect,
      console: (name) => consoleOf(name, plan, consoles, connect),
      secret: (name) => request.secrets[name],
      secretValues: Object.values(request.secrets),
      now: () => new Date(),
      sleep: (seconds) => sleep(seconds, request.signal),
      say: watcher.say,
      onEvent: watcher.event,
    });
  } finally {
    for (const console of consoles.values()) await console.detach().catch(() => undefined);
  }
}

function consoleOf(
  name: string,
  plan: Plan,
  consoles: Map<string, Console>,
  connect: (host: string) => Promise<Connection>,
): Console {
  const known = consoles.get(name);
  if (known !== undefined) return known;
  const options = plan.resources.consoles[name];
  if (options === undefined) throw new Error(`there is no console ${name}`);
  const console = keptConsole(options, connect);
  consoles.set(name, console);
  return console;
}

async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  await wait(seconds * 1000, undefined, { signal }).catch(() => undefined);
}

/** An error before anything was started: refused, with its own words and what to do. */
function refusal(phase: string, error: unknown): PhaseEnd {
  const message = error instanceof Error ? error.message : String(error);
  return {
    outcome: "refused",
    sentence: `${phase}: ${message}`,
    next: nextOf(error) ?? "correct what it names and run this phase again",
  };
}

/** The journal or the lease went away on the way: what was under way is in the journal as intended, its end is not. */
function interrupted(phase: PlannedPhase, error: unknown): PhaseEnd {
  const message = error instanceof Error ? error.message : String(error);
  const outcome: Outcome =
    error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
  return {
    outcome,
    sentence: `${phase.id}: stopped, ${message}`,
    next: nextOf(error) ?? `re-run phase ${phase.id}: it checks before it does anything`,
  };
}

function nextOf(error: unknown): string | undefined {
  return error instanceof Error && "next" in error && typeof error.next === "string"
    ? error.next
    : undefined;
}
