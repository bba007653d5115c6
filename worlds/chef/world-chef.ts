import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { HostName } from "../common/inventory-file.ts";
import { writeNodeProgram } from "../common/node-program.ts";
import type { ClientSettings } from "./chef-client.ts";
import { chefIdentity } from "./identity.ts";
import { moverPackage, type Package, schemaPackage } from "./packages.ts";
import { LocalChef } from "./start-chef.ts";

/** Which host's `chef-client` installs what. */
const installs: Readonly<Partial<Record<HostName, "schema" | "mover">>> = {
  pg1: "schema",
  pg2: "schema",
  couch1: "mover",
};

export interface WorldChefStart {
  readonly environment: string;
  readonly moverVersion: string;
  readonly hostFolder: (host: HostName) => string;
  /** Where another world left its data bags. */
  readonly from: string | undefined;
}

/** A world's Chef server with the environment's item, and what the runbook's secrets of it are. */
export interface WorldChef {
  readonly chef: LocalChef;
  readonly secrets: Readonly<Record<"chef_key" | "chef_ca", string>>;
}

const client = "runbook-phase";
const bag = "environments";

/** Starts it, and gives the hosts that have a role in the runbook a `chef-client` that converges from it. */
export async function startWorldChef(start: WorldChefStart): Promise<WorldChef> {
  const identity = await chefIdentity();
  const { environment, moverVersion, hostFolder, from } = start;
  const nodes = Object.keys(installs) as HostName[];
  const clients = Object.fromEntries(nodes.map((name) => [name, identity.node.public]));
  const chef = new LocalChef({
    tls: identity.tls,
    clients: { ...clients, [client]: identity.runner.public },
    readers: nodes,
  });
  const kept = from === undefined ? undefined : readLeft(from);
  for (const [name, text] of kept ?? [[`${bag}/${environment}`, itemBefore(start)]])
    chef.items.set(name, text);
  for (const name of nodes)
    chef.nodes.set(name, {
      role: [roleOf(name)],
      chef_environment: environment,
      ipaddress: "127.0.0.1",
    });
  await chef.start();
  for (const name of nodes) {
    const wanted = installs[name] === "schema" ? schemaPackage : moverPackage(moverVersion);
    writeClient(hostFolder(name), identity.node.private, identity.tls.cert, {
      url: chef.url,
      node: name,
      bag,
      item: environment,
      role: roleOf(name),
      package: wanted.name,
      files: wanted.files,
    });
  }
  return { chef, secrets: { chef_key: identity.runner.private, chef_ca: identity.tls.cert } };
}

const roleOf = (host: HostName): string => (installs[host] === "schema" ? "chef-pgsql" : "couchdb");

/** The item as people keep one: what the runbook sets is a small part of it. */
function itemBefore({ environment, moverVersion }: WorldChefStart): string {
  const versions = (of: Package): string => of.before;
  const item = {
    id: environment,
    description: `settings of ${environment}`,
    versions: {
      [schemaPackage.name]: versions(schemaPackage),
      oc_erchef: "0.26.6",
      chef_mover: versions(moverPackage(moverVersion)),
    },
    load_balancers: ["lb1", "lb2"],
    maintenance: false,
  };
  return `${JSON.stringify(item, null, 2)}\n`;
}

function writeClient(host: string, key: string, ca: string, settings: ClientSettings): void {
  const etc = join(host, "etc/chef");
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, "client.json"), `${JSON.stringify(settings, null, 2)}\n`);
  writeFileSync(join(etc, "client.pem"), key, { mode: 0o600 });
  writeFileSync(join(etc, "trusted.pem"), ca);
  const script = join(import.meta.dirname, "chef-client.ts");
  writeNodeProgram(join(host, "bin/chef-client"), script, host);
}

const leftFile = "data-bags.json";

/** Leaves the data bags for a world that goes on from there. */
export function leaveDataBags(chef: LocalChef, folder: string): void {
  writeFileSync(join(folder, leftFile), JSON.stringify([...chef.items]));
}

function readLeft(folder: string): readonly (readonly [string, string])[] | undefined {
  const file = join(folder, leftFile);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as readonly (readonly [string, string])[];
}
