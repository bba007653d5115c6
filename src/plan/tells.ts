import type { Inventory } from "../inventory/schema.ts";
import { kindOf } from "../steps/index.ts";
import type { Resources } from "../steps/resources.ts";
import type { Telling } from "../steps/tell.ts";
import type { PlannedUnit, Tell } from "./plan.ts";

/** Known only when an attempt was sent: the name of its job directory. */
const attemptPlaceholder = "<attempt>";

/** What a person can ask about a step, on which host, and how to get there. */
export function tellsOf(
  units: readonly PlannedUnit[],
  resources: Resources,
  inventory: Inventory,
): readonly Tell[] {
  return units.flatMap(({ host, unit }) => {
    const tellings = kindOf(unit).tell?.(unit.spec, resources) ?? [];
    const job = unit.kind === "run" ? [jobOf(unit.spec.on.host, inventory)] : [];
    return [...tellings, ...job].map((telling) => ({
      host,
      at: placeOf(telling, inventory),
      line: telling.line,
    }));
  });
}

/** A detached command's end, as its job directory has it: whoever lost the answer finds it there. */
function jobOf(host: string, { stateDirectory }: Inventory): Telling {
  const directory = `${stateDirectory}/jobs/${attemptPlaceholder}`;
  return { host, line: `tail -n 20 ${directory}/exit ${directory}/out ${directory}/err` };
}

function placeOf({ host, console }: Telling, { hosts }: Inventory): string {
  const target = hosts[host];
  const way = target === undefined ? "" : ` (${sshTo(target, hosts)})`;
  return console === undefined ? `on ${host}${way}` : `in console ${console} on ${host}${way}`;
}

type Host = Inventory["hosts"][string];

function sshTo({ address, port, user, jump }: Host, hosts: Inventory["hosts"]): string {
  const through = jump === undefined ? undefined : hosts[jump];
  const jumpOption =
    through === undefined
      ? ""
      : `-J ${through.user}@${bracketed(through.address)}:${through.port} `;
  const portOption = port === 22 ? "" : `-p ${port} `;
  return `ssh ${jumpOption}${portOption}${user}@${address}`;
}

/** In front of a port an IPv6 address would be read as part of it. */
function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
