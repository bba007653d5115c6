import type { FoundNode } from "../chef/search.ts";
import { isHostName, type Inventory, type RoleSearch } from "../inventory/schema.ts";
import type { FoundRole } from "../journal/event.ts";
import type { KnownHosts } from "../transport/ssh/known-hosts.ts";
import { RefusedError } from "./request.ts";

/** The nodes that a role's search found; their attribute `address` is the one that the inventory names. */
export interface RoleNodes {
  readonly role: string;
  readonly search: RoleSearch;
  readonly nodes: readonly FoundNode[];
}

type Host = FoundRole["hosts"][number];

interface Problem {
  readonly what: string;
  readonly next: string;
}

/**
 * What searches found, as hosts sorted by name. Refused, with everything that is wrong, where a role has none, where a
 * node cannot be a host, where one host has two names or one name two ways, and where a host's key is not pinned.
 */
export function judgeNodes(
  found: readonly RoleNodes[],
  inventory: Inventory,
  pins: KnownHosts,
): readonly FoundRole[] {
  const problems: Problem[] = [];
  const roles = found.map((one) => roleOf(one, inventory, problems));
  const hosts = roles.flatMap(({ role, hosts: own }) => own.map((host) => ({ role, host })));
  problems.push(...twoWays(hosts), ...twoNames(hosts, inventory));
  problems.push(...unpinned([...byName(hosts).values()].flat(), pins));
  if (problems.length === 0) return roles;
  const [whats, nexts] = [problems.map(({ what }) => what), problems.map(({ next }) => next)];
  throw new RefusedError(
    `the hosts of ${found.map(({ role }) => role).join(", ")} cannot be what the search found: ${whats.join("; ")}`,
    [...new Set(nexts)].join("; "),
  );
}

function roleOf(
  { role, search: { search: query, ...way }, nodes }: RoleNodes,
  inventory: Inventory,
  problems: Problem[],
): FoundRole {
  if (nodes.length === 0)
    problems.push({
      what: `role ${role}: no node matches ${JSON.stringify(query)}`,
      next: `correct the query in ${inventory.file}; a node is only found after its first chef-client run`,
    });
  const hosts = nodes.flatMap((node) => {
    const host = hostOf(node, way, inventory);
    if ("name" in host) return [host];
    problems.push({ ...host, what: `role ${role}: ${host.what}` });
    return [];
  });
  return { role, search: { query, ...way }, hosts: hosts.toSorted(byCode) };
}

function byCode({ name: one }: Host, { name: other }: Host): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

type Way = Omit<RoleSearch, "search">;

/** The inventory's own entry counts where it has one; it must only mean the same host. */
function hostOf(
  { name, attributes }: FoundNode,
  { address: attribute, ...way }: Way,
  { hosts, file }: Inventory,
): Host | Problem {
  if (!isHostName(name))
    return {
      what: `node ${JSON.stringify(name)} has a name that no host can have here`,
      next: "leave it out of the query, or name hosts in the inventory instead: a name has letters, digits, dots, hyphens and underscores",
    };
  const address = attributes["address"] ?? undefined;
  const own = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  if (own !== undefined) {
    const { vars: _, ...entry } = own;
    if (address === undefined || address === own.address) return { name, ...entry };
    return {
      what: `node ${name} has ${attribute} ${JSON.stringify(address)}, and ${file} says that ${name} is at ${own.address}`,
      next: `correct ${name} under \`hosts\` in ${file}, or the attribute that \`address\` names`,
    };
  }
  if (address === undefined)
    return {
      what: `node ${name} has no attribute ${attribute}`,
      next: `name an attribute that every node has as \`address\`, or give the node an entry with its address under \`hosts\` in ${file}`,
    };
  if (typeof address !== "string" || !/^[A-Za-z0-9:][A-Za-z0-9:._-]*$/.test(address))
    return {
      what: `node ${name} has ${attribute} ${JSON.stringify(address)}, which is no address`,
      next: "name an attribute that holds an address as `address`",
    };
  return { name, address, ...way };
}

type Placed = { readonly role: string; readonly host: Host };

function byName(placed: readonly Placed[]): ReadonlyMap<string, readonly Placed[]> {
  return Map.groupBy(placed, ({ host }) => host.name);
}

/** A node of two roles is one host, so there is one way to it. */
function twoWays(placed: readonly Placed[]): readonly Problem[] {
  return [...byName(placed).values()].flatMap((all) => {
    const ways = new Set(all.map(({ host }) => sayWay(host)));
    if (ways.size < 2) return [];
    const said = all.map(({ role, host }) => `${sayWay(host)} by role ${role}`);
    return [
      {
        what: `node ${all[0]?.host.name} is ${said.join(" and ")}`,
        next: "give both searches the same `address`, `user`, `port` and `jump`",
      },
    ];
  });
}

function sayWay({ address, port, user, jump }: Host): string {
  return `${user}@${address}:${port}${jump === undefined ? "" : ` by way of ${jump}`}`;
}

/** Two names of one host would be two hosts, and it would be acted on twice. */
function twoNames(placed: readonly Placed[], { hosts }: Inventory): readonly Problem[] {
  const place = ({ address, port }: Pick<Host, "address" | "port">): string =>
    `${address.toLowerCase()}:${port}`;
  const searched = placed.map(({ host }) => [place(host), host.name] as const);
  const own = Object.entries(hosts).map(([name, host]) => [place(host), name] as const);
  const at = Map.groupBy([...searched, ...own], ([where]) => where);
  return [...at].flatMap(([where, all]) => {
    const names = [...new Set(all.map(([, name]) => name))].toSorted();
    if (names.length < 2 || !searched.some(([one]) => one === where)) return [];
    return [
      {
        what: `${names.join(" and ")} have the same address ${where}`,
        next: "delete the node that is left over; an entry under `hosts` must be called as its node is",
      },
    ];
  });
}

/** A key that nobody pinned is never taken on sight, so such a host could not be reached anyhow. */
function unpinned(placed: readonly Placed[], pins: KnownHosts): readonly Problem[] {
  const without = placed
    .map(({ host }) => host)
    .filter(({ address, port }) => pins.lookup(address, port).keys.length === 0)
    .map(({ name, address, port }) => `${name} (${address}:${port})`);
  if (without.length === 0) return [];
  return [
    {
      what: `no host key is pinned for ${[...new Set(without)].join(", ")}`,
      next: "check these keys and add them to known_hosts; no key is taken unseen",
    },
  ];
}
