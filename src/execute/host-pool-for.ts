import type { Plan } from "../plan/plan.ts";
import { HostPool } from "../transport/ssh/host-pool.ts";
import { KnownHosts } from "../transport/ssh/known-hosts.ts";
import type { PhaseRequest } from "./request.ts";

/** What opens the hosts. */
export type HostAccess = Pick<
  PhaseRequest,
  "sshPrivateKey" | "sshPassphrase" | "sshAgent" | "knownHosts"
>;

/** The plan's hosts, to be reached with what was given for that. */
export function hostPoolFor(access: HostAccess, plan: Plan): HostPool {
  return new HostPool({
    hosts: new Map(Object.values(plan.hosts).map((host) => [host.name, withoutUndefined(host)])),
    knownHosts: KnownHosts.parse(access.knownHosts),
    ...(access.sshPrivateKey === undefined ? {} : { privateKey: access.sshPrivateKey }),
    ...(access.sshPassphrase === undefined ? {} : { passphrase: access.sshPassphrase }),
    ...(access.sshAgent === undefined ? {} : { agent: access.sshAgent }),
  });
}

function withoutUndefined(host: Plan["hosts"][string]) {
  const { jump, ...rest } = host;
  return jump === undefined ? rest : { ...rest, jump };
}
