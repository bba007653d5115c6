import type { Observation } from "../journal/event.ts";
import { digest } from "../plan/digest.ts";
import { phaseOf } from "../plan/make-plan.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import type { Connection } from "../transport/connection.ts";
import type { Console } from "../transport/console/console.ts";
import type { TerminalClaim } from "../transport/console/terminal-claim.ts";
import { machineClock } from "./clock.ts";
import { executePhase, type PhaseEnd } from "./execute-phase.ts";
import { fixHosts } from "./fix-hosts.ts";
import { keptConsole } from "./kept-console.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import { messageOf, nextFor } from "./next-of.ts";
import { admitRequest, prepare, type Prepared } from "./prepare.ts";
import { proveProtection } from "./protection.ts";
import { announce, proveRehearsed } from "./rehearsed.ts";
import type { PhaseReport, PhaseRequest, PhaseWatcher } from "./request.ts";
import { cancelledAtTheStart } from "./sentences.ts";
import { withSession, type Session } from "./session.ts";

/** Runs one phase from its inputs to its report. Never throws: every ending is a report. */
export async function runPhase(request: PhaseRequest, watcher: PhaseWatcher): Promise<PhaseReport> {
  let plan: Plan | undefined;
  try {
    const loaded = prepare(request);
    plan = loaded.plan;
    watcher.planned(plan);
    const asked = admitRequest(request, loaded);
    const protection = await proveProtection(request, loaded, asked);
    const rehearsed = await proveRehearsed(request, loaded, asked);
    const prepared = await unlessCancelled(request, fixHosts(request, loaded, asked));
    if (prepared === undefined) return unbegun(cancelledAtTheStart(asked, undefined), plan);
    const phase = phaseOf(prepared.plan, request.phase);
    if (prepared !== loaded) watcher.planned((plan = prepared.plan));
    const proof = [...protection, ...rehearsed.observations];
    const durations = request.durations ?? rehearsed.durations;
    if (request.signal.aborted) return unbegun(cancelledAtTheStart(phase, undefined), plan);
    const seen = Promise.all([
      announce(request, prepared, phase),
      request.witness?.approvals() ?? [],
    ]);
    return await withSession(request, prepared, {
      purpose: phase.id,
      seizeBecause: phase.dispatched === "rollback" ? (request.reason ?? "rollback") : undefined,
      mayStandIn: phase.dispatched === "rollback",
      run: async (session) => {
        const witnessed = [...proof, ...(await seen).flat()];
        const known = { ...request, durations };
        return execute(known, prepared, watcher, phase, session, witnessed);
      },
    });
  } catch (error) {
    return unbegun(refusal(request.phase, error), plan);
  }
}

/** Whoever cancels is told that, and not what a server could not say any more. */
async function unlessCancelled<T>(
  { signal }: PhaseRequest,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function unbegun(end: PhaseEnd, plan: Plan | undefined): PhaseReport {
  return { ...end, plan, events: [], journalHead: "" };
}

async function execute(
  request: PhaseRequest,
  prepared: Prepared,
  watcher: PhaseWatcher,
  phase: PlannedPhase,
  { hosts, journal, lease, standIn }: Session,
  witnessed: readonly Observation[],
): Promise<PhaseEnd> {
  const { plan, runbook, inventory, baseline } = prepared;
  const { clock = machineClock } = request;
  const { signal, deadline } = limitsOf(request, phase);
  const consoles = new Map<string, Console>();
  const connect = (host: string): Promise<Connection> => hosts.get(host);
  const claim = { stateDirectory: inventory.stateDirectory, token: lease.token };
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
      notes: prepared.notes,
      fixed: prepared.fixed,
      failureRules: runbook.failureRules,
      stateDirectory: inventory.stateDirectory,
      token: lease.token,
      lease: { action: lease.from === undefined ? "acquired" : "seized", detail: lease.sentence },
      standIn,
      witnessed,
      durations: request.durations,
      mayMutate: () => {
        if (lost !== undefined) throw new LeaseLostError(lost);
      },
      signal,
      deadline,
      connect,
      console: (name) => consoleOf(name, plan, consoles, connect, claim),
      secret: (name) => request.secrets[name],
      secretValues: Object.values(request.secrets),
      now: () => clock.now(),
      sleep: (seconds) => clock.sleep(seconds, signal),
      say: watcher.say,
      onEvent: watcher.event,
    });
  } finally {
    for (const console of consoles.values()) await console.detach().catch(() => undefined);
  }
}

/** What ends a phase before its own end: somebody cancels, or its deadline passes. */
function limitsOf({ signal }: PhaseRequest, { timeoutSeconds: seconds }: PlannedPhase) {
  if (seconds === undefined) return { signal, deadline: undefined };
  const late = AbortSignal.timeout(seconds * 1000);
  const passed = (): boolean => late.aborted && !signal.aborted;
  return { signal: AbortSignal.any([signal, late]), deadline: { seconds, passed } };
}

function consoleOf(
  name: string,
  plan: Plan,
  consoles: Map<string, Console>,
  connect: (host: string) => Promise<Connection>,
  claim: TerminalClaim,
): Console {
  const known = consoles.get(name);
  if (known !== undefined) return known;
  const options = plan.resources.consoles[name];
  if (options === undefined) throw new Error(`there is no console ${name}`);
  const console = keptConsole({ ...options, claim }, connect);
  consoles.set(name, console);
  return console;
}

/** An error before anything was started: refused, with its own words and what to do. */
export function refusal(phase: string, error: unknown): PhaseEnd {
  return {
    outcome: "refused",
    sentence: `${phase}: ${messageOf(error)}`,
    next: nextFor(phase, error) ?? "correct what it names and run this phase again",
  };
}
