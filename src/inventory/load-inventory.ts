import { dirname, join } from "node:path";
import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { nearest } from "../config/nearest.ts";
import { throwIfAny } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import { inventorySchema } from "./schema.ts";
import type { Inventory } from "./schema.ts";

const sources = new WeakMap<Inventory, Source>();

/** Loads one environment's inventory; every host that is named somewhere must be declared, and every jump must end. */
export function loadInventory(file: string): Inventory {
  const source = loadYaml(file);
  const parsed = checkShape(inventorySchema, source);
  const baseline =
    parsed.baseline === undefined ? {} : { baseline: join(dirname(file), parsed.baseline) };
  const inventory: Inventory = { ...parsed, ...baseline, file };
  throwIfAny([
    ...unknownHosts(inventory, source),
    ...twiceInRole(inventory, source),
    ...jumpCycles(inventory, source),
  ]);
  sources.set(inventory, source);
  return inventory;
}

/** Where the parts of a loaded inventory stand, for problems that are found later. */
export function inventorySource(inventory: Inventory): Source | undefined {
  return sources.get(inventory);
}

/** A copy of a loaded inventory that has more in it: what stands in the file still has its place there. */
export function copyOf(inventory: Inventory, more: Partial<Inventory>): Inventory {
  const copy = { ...inventory, ...more };
  const source = sources.get(inventory);
  if (source !== undefined) sources.set(copy, source);
  return copy;
}

function unknownHosts(inventory: Inventory, source: Source): Problem[] {
  const names = Object.keys(inventory.hosts);
  // No search may be needed to find the journal, which has the hosts that were found, or the way to others.
  const listed = Object.keys(inventory.searches).length === 0 ? "" : "; it must stand in `hosts`";
  const mentions: [string, Path][] = [
    ...(inventory.journal.host === undefined
      ? []
      : [[inventory.journal.host, ["journal", "host"]] as [string, Path]]),
    ...Object.entries(inventory.searches).flatMap(([role, { jump }]): [string, Path][] =>
      jump === undefined ? [] : [[jump, ["roles", role, "jump"]]],
    ),
    ...Object.entries(inventory.roles).flatMap(([role, hosts]) =>
      hosts.map((host, index): [string, Path] => [host, ["roles", role, index]]),
    ),
    ...Object.entries(inventory.hosts).flatMap(([name, { jump }]): [string, Path][] =>
      jump === undefined ? [] : [[jump, ["hosts", name, "jump"]]],
    ),
  ];
  return mentions
    .filter(([host]) => !names.includes(host))
    .map(([host, path]) =>
      problemAt(source, path, `unknown host \`${host}\`${listed}`, nearest(host, names)),
    );
}

function twiceInRole(inventory: Inventory, source: Source): Problem[] {
  return Object.entries(inventory.roles).flatMap(([role, hosts]) =>
    hosts.flatMap((host, index) =>
      hosts.indexOf(host) === index
        ? []
        : [
            problemAt(
              source,
              ["roles", role, index],
              `host \`${host}\` stands twice in role \`${role}\``,
            ),
          ],
    ),
  );
}

function jumpCycles(inventory: Inventory, source: Source): Problem[] {
  return Object.keys(inventory.hosts).flatMap((name) => {
    const way = jumpsFrom(name, inventory);
    if (way.at(-1) !== name || way.length < 2) return [];
    return [
      problemAt(source, ["hosts", name, "jump"], `jump hosts go in a circle: ${way.join(" → ")}`),
    ];
  });
}

/** The hosts on the way, the first one again at the end if the way leads back to it. */
function jumpsFrom(name: string, inventory: Inventory): readonly string[] {
  const way = [name];
  for (
    let jump = inventory.hosts[name]?.jump;
    jump !== undefined;
    jump = inventory.hosts[jump]?.jump
  ) {
    const known = way.includes(jump);
    way.push(jump);
    if (known) break;
  }
  return way;
}
