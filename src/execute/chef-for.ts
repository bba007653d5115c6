import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";

import { ChefClient } from "../chef/client.ts";
import { ChefError } from "../chef/chef-error.ts";
import type { PhaseExecution } from "./execute-phase.ts";

const connectSeconds = 20;

type Lent = Pick<PhaseExecution, "plan" | "connect" | "secret" | "now" | "sleep" | "signal">;

/** The runbook's Chef server as a phase's steps speak to it; made when the first of them does. */
export function chefFor(execution: Lent): () => ChefClient {
  let made: ChefClient | undefined;
  return () => (made ??= make(execution));
}

function make({ plan, connect, secret, now, sleep, signal }: Lent): ChefClient {
  const server = plan.resources.chef;
  if (server === undefined) throw new Error("the runbook names no Chef server");
  const { url, client, version, host } = server;
  const key = secret(server.key);
  if (key === undefined || key === "")
    throw new ChefError(`there is no key of Chef client ${client}`, {
      kind: "not-done",
      next: `add ${server.key} to the environment's secrets and to the action's input \`secrets\``,
    });
  const given = server.ca === undefined ? undefined : secret(server.ca);
  const ca = given === "" ? undefined : given;
  const open = async (address: string, port: number): Promise<Duplex> =>
    host === undefined ? dial(address, port, signal) : (await connect(host)).forward(address, port);
  const plainHttp = host !== undefined;
  return new ChefClient({ url, client, key, version, ca, plainHttp, open, now, sleep, signal });
}

async function dial(address: string, port: number, cancelled: AbortSignal): Promise<Duplex> {
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(connectSeconds * 1000)]);
  const socket = connectTcp({ host: address, port });
  try {
    await once(socket, "connect", { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal.aborted && !cancelled.aborted)
      throw new Error(`no connection within ${connectSeconds} s`, { cause: error });
    throw error;
  }
}
