import type { Doubt, JournalState } from "../journal/replay.ts";
import type { Plan } from "../plan/plan.ts";
import type { Connection } from "../transport/connection.ts";
import { readJob } from "../transport/job-control.ts";

/** What is needed to ask the hosts. */
interface Hosts {
  readonly stateDirectory: string;
  readonly connect: (host: string) => Promise<Connection>;
  readonly plan: Pick<Plan, "hosts">;
}

/**
 * Work of closed rounds that still runs on its host, one sentence each: a rollback closes a round while a command
 * may go on, and a new round must not start it a second time beside the first.
 */
export async function leftRunning(
  state: JournalState,
  { stateDirectory, connect, plan }: Hosts,
): Promise<readonly string[]> {
  const asked = await Promise.all(
    state.leftBehind().map(async (doubt) => {
      if (doubt.host === undefined || !(doubt.host in plan.hosts)) return undefined;
      const connection = await connect(doubt.host).catch(() => undefined);
      if (connection === undefined) return `${nameOf(doubt)} cannot be asked: no connection`;
      const job = await readJob(connection, stateDirectory, doubt.inFlight.id);
      if (job.kind === "running") return `${nameOf(doubt)} still runs (job ${doubt.inFlight.id})`;
      if (job.kind === "vanished" && job.survivors.length > 0)
        return `${nameOf(doubt)}: processes ${job.survivors.join(", ")} of it still run`;
      if (job.kind === "bad-directory") return `${nameOf(doubt)} cannot be told: ${job.detail}`;
      if (job.kind === "lost") return `${nameOf(doubt)} cannot be asked: ${job.reason}`;
      return undefined;
    }),
  );
  return asked.flatMap((one) => one ?? []);
}

function nameOf({ phase, step, host, round }: Doubt): string {
  return `"${step}" of phase ${phase} on ${host}, round ${round},`;
}
