import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { stringify } from "yaml";

export type Variables = Readonly<Record<string, string | number | boolean>>;

export interface InventoryHost {
  readonly port: number;
  readonly vars?: Variables;
}

export interface InventoryOptions {
  readonly file: string;
  readonly environment: string;
  readonly user: string;
  readonly moverVersion: string;
  readonly evidence?: Readonly<Record<string, string>> | undefined;
  readonly journalDirectory: string;
  /** By the names that every world's fleet has: `hostNames`. */
  readonly hosts: Readonly<Record<string, InventoryHost>>;
  readonly vars: Variables;
}

/** Every world has the same fleet. */
export const hostNames = ["pg1", "pg2", "couch1", "erchef1", "erchef2", "redis1"] as const;
export type HostName = (typeof hostNames)[number];

const listedRoles = {
  "chef-pgsql-primary": ["pg1"],
  couchdb: ["couch1"],
  erchef: ["erchef1", "erchef2"],
  redis: ["redis1"],
};

/** Asked of the world's Chef server; how its nodes are reached stands under `hosts`. */
function databases(environment: string, user: string): object {
  return {
    search: `role:chef-pgsql AND chef_environment:${environment}`,
    address: "ipaddress",
    user,
  };
}

/** Minutes in production, seconds in a rehearsal. */
const durations = {
  downtime_budget: "30m",
  drain: "2s",
  read_only_watch: "3s",
  resolution_watch: "4s",
  store_watch: "2s",
  poll_every: "2s",
};

/** Where the known failures of a world's planted data are written down, by mover's version. */
export function baselineFile(moverVersion: string): string {
  return join(import.meta.dirname, `../../inventory/rehearsal/known-failures-${moverVersion}.yml`);
}

/** Writes the inventory that drives a world, and the marker on its journal host. */
export function writeInventory(options: InventoryOptions): void {
  const { environment, user, moverVersion, journalDirectory } = options;
  const hosts = Object.entries(options.hosts).map(([name, { port, vars }]) => [
    name,
    { address: "127.0.0.1", port, user, ...(vars ? { vars } : {}) },
  ]);
  const inventory = {
    environment,
    protected: environment === "prod",
    ...(options.evidence === undefined ? {} : { evidence: options.evidence }),
    journal: { host: "couch1", directory: journalDirectory },
    baseline: relative(dirname(options.file), baselineFile(moverVersion)),
    hosts: Object.fromEntries(hosts) as Record<string, unknown>,
    roles: { "chef-pgsql": databases(environment, user), ...listedRoles },
    vars: { mover_version: moverVersion, ...durations, free_disk_mb: 16, ...options.vars },
  };
  mkdirSync(journalDirectory, { recursive: true });
  writeFileSync(join(journalDirectory, "environment"), `${environment}\n`);
  mkdirSync(dirname(options.file), { recursive: true });
  writeFileSync(options.file, stringify(inventory, { aliasDuplicateObjects: false }));
}

/** A line of known_hosts for a server on a loopback port. */
export function knownHostsLine(port: number, publicKey: string): string {
  return `[127.0.0.1]:${port} ${publicKey.trim().split(" ").slice(0, 2).join(" ")}\n`;
}
