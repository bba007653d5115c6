import type { EventBody, FoundRole } from "../journal/event.ts";
import type { HostsFound } from "../journal/replay.ts";
import { canonicalJson } from "../plan/digest.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";
import { eachHostOf } from "../plan/resolve.ts";
import type { FixedHosts } from "./prepare.ts";

interface Fixed {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  readonly fixed?: FixedHosts | undefined;
}

/**
 * Why a phase may not act on the hosts that it was prepared with: the round that it was admitted to knows none, or
 * others. A rollback acts on those that it has.
 */
export function withoutHosts(
  { plan, phase, fixed }: Fixed,
  known: HostsFound | undefined,
): { readonly sentence: string; readonly next: string } | undefined {
  if (plan.searches === undefined || phase.dispatched === "rollback") return undefined;
  const opening = plan.phases.find(({ round }) => round === "opens")?.id ?? "";
  if (fixed === undefined && phase.dispatched !== undefined && !touchesSearched(plan, phase))
    return undefined;
  if (fixed === undefined)
    return {
      sentence: `${phase.id}: this round has no record of the hosts of ${Object.keys(plan.searches).join(", ")}, which are searched for`,
      next: `run phase ${opening}: it finds them, and shows them before the next approval`,
    };
  const same = known !== undefined && sameRoles(known.roles, fixed.roles);
  if (fixed.from === "search" ? known === undefined : same) return undefined;
  return {
    sentence: `${phase.id}: another run acted on this journal after the hosts were looked up in it`,
    next: "run this phase again",
  };
}

/** Whether a phase acts on, asks or reads a host that only a search names. */
export function touchesSearched(
  { resources, searches = {} }: Plan,
  { steps }: PlannedPhase,
): boolean {
  const text = canonicalJson({ resources, steps });
  return Object.keys(searches).some((role) => text.includes(eachHostOf(role)));
}

/** What the journal gets of a search: once a round, before anything is done on these hosts. */
export function foundNow(
  { plan, fixed }: Fixed,
  known: HostsFound | undefined,
): readonly EventBody[] {
  if (fixed?.from !== "search" || known !== undefined) return [];
  const server = plan.resources.chef?.url ?? "";
  return [{ type: "hosts-found", server, roles: [...fixed.roles] }];
}

function sameRoles(these: readonly FoundRole[], those: readonly FoundRole[]): boolean {
  return canonicalJson(these) === canonicalJson(those);
}

/** What a search finds otherwise than it did, by name; empty when it finds the same. */
export function differences(
  before: readonly FoundRole[],
  now: readonly FoundRole[],
): readonly string[] {
  return now.flatMap(({ role, hosts }) => {
    const then = before.find((one) => one.role === role)?.hosts ?? [];
    const find = (among: FoundRole["hosts"], name: string) =>
      among.find((one) => one.name === name);
    const came = hosts.filter(({ name }) => find(then, name) === undefined);
    const gone = then.filter(({ name }) => find(hosts, name) === undefined);
    const moved = hosts.flatMap(({ name, address }) => {
      const was = find(then, name)?.address;
      return was === undefined || was === address
        ? []
        : [`${name} is at ${address}, was at ${was}`];
    });
    const said = [
      ...(came.length === 0 ? [] : [`also ${came.map(sayHost).join(", ")}`]),
      ...(gone.length === 0 ? [] : [`no longer ${gone.map(sayHost).join(", ")}`]),
      ...moved,
    ];
    return said.length === 0 ? [] : [`role ${role}: ${said.join("; ")}`];
  });
}

function sayHost({ name, address }: FoundRole["hosts"][number]): string {
  return `${name} (${address})`;
}
