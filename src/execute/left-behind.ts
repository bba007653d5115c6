import type { Doubt, JournalState } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import type { Console } from "../transport/console/console.ts";
import type { Connection } from "../transport/connection.ts";
import { readJob, type JobState } from "../transport/job-control.ts";

/** What is needed to ask the hosts. */
interface Hosts {
  readonly stateDirectory: string;
  readonly connect: (host: string) => Promise<Connection>;
  readonly plan: Pick<Plan, "hosts" | "phases">;
  /** Absent where no console can be asked. */
  readonly console?: (name: string) => Console;
}

/**
 * Work of closed rounds that still runs on its host, one sentence each: a rollback closes a round while a command
 * may go on, and a new round must not start it a second time beside the first.
 */
export async function leftRunning(state: JournalState, hosts: Hosts): Promise<readonly string[]> {
  const asked = await Promise.all(state.leftBehind().map((doubt) => stillRuns(doubt, hosts)));
  return asked.flatMap((one) => one ?? []);
}

/** Says of one attempt that it runs on its host, or that its host cannot be asked; undefined when nothing of it does. */
async function stillRuns(doubt: Doubt, hosts: Hosts): Promise<string | undefined> {
  const job = await jobOf(doubt, hosts);
  if (job === undefined) return undefined;
  if (job.kind === "bad-directory") return `${nameOf(doubt)} cannot be told: ${job.detail}`;
  if (job.kind === "lost") return `${nameOf(doubt)} cannot be asked: ${job.reason}`;
  return runsOn(doubt, job) ?? (await evaluationRuns(doubt, hosts));
}

/** A node keeps what became of an evaluation; one that is down, or that nobody can ask now, evaluates nothing of ours. */
async function evaluationRuns(doubt: Doubt, { plan, console }: Hosts): Promise<string | undefined> {
  const steps = plan.phases.find(({ id }) => id === doubt.phase)?.steps ?? [];
  const unit = steps.find(({ id }) => id === doubt.step)?.units[0]?.unit;
  if (unit?.kind !== "eval" || console === undefined) return undefined;
  const asked = console(unit.spec.console);
  if ((await asked.state()).state !== "up") return undefined;
  const answer = await asked.recall(doubt.inFlight.id, { timeoutSeconds: 1 });
  return answer?.kind === "running" ? `${nameOf(doubt)} is still evaluated` : undefined;
}

/** Only what is seen to run: for a ruling, which is asked for where a host cannot be asked. */
export async function seenRunning(
  doubts: readonly Doubt[],
  hosts: Hosts,
): Promise<readonly string[]> {
  const asked = await Promise.all(
    doubts.map(async (doubt) => {
      const job = await jobOf(doubt, hosts);
      return job === undefined ? undefined : runsOn(doubt, job);
    }),
  );
  return asked.flatMap((one) => one ?? []);
}

/** The attempt's job as its host tells of it; undefined when it has no host among the plan's. */
async function jobOf({ host, inFlight }: Doubt, hosts: Hosts): Promise<JobState | undefined> {
  if (host === undefined || !(host in hosts.plan.hosts)) return undefined;
  const connection = await hosts.connect(host).catch(() => undefined);
  if (connection === undefined) return { kind: "lost", reason: "no connection" };
  return readJob(connection, hosts.stateDirectory, inFlight.id);
}

function runsOn(doubt: Doubt, job: JobState): string | undefined {
  if (job.kind === "running") return `${nameOf(doubt)} still runs (job ${doubt.inFlight.id})`;
  if (job.kind !== "vanished" || job.survivors.length === 0) return undefined;
  return `${nameOf(doubt)}: processes ${job.survivors.join(", ")} of it still run`;
}

function nameOf({ phase, step, host, round }: Doubt): string {
  return `"${step}" of phase ${phase} on ${host}, round ${round},`;
}
