import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A release that a host can have: the files that make it what it is, as paths below the host's root. */
export interface Package {
  readonly name: string;
  /** The newest, and the one that is installed before the runbook. */
  readonly version: string;
  readonly before: string;
  readonly files: readonly string[];
}

/** Whether a host that another world left has the newest release already; asked before it is written again. */
export function isInstalled(host: string, { name, version, files }: Package): boolean {
  const folder = packageFolder(host, name, version);
  return existsSync(folder) && staleFiles(host, folder, files).length === 0;
}

/** Keeps the newest release aside, where Chef's client finds it, and puts the one of before in its place. */
function packAway(
  host: string,
  { name, version, files }: Package,
  asBefore: (text: string, file: string) => string,
): void {
  for (const file of files) {
    const aside = join(packageFolder(host, name, version), file);
    mkdirSync(dirname(aside), { recursive: true });
    cpSync(join(host, file), aside);
    writeFileSync(join(host, file), asBefore(readFileSync(aside, "utf8"), file));
  }
}

/** Puts a release that a host keeps in its place; answers the files that were not like it. */
export function install(
  host: string,
  { name, files }: Pick<Package, "name" | "files">,
  version: string,
): readonly string[] {
  const folder = packageFolder(host, name, version);
  if (!existsSync(folder)) throw new Error(`package ${name} ${version} was not found`);
  const stale = staleFiles(host, folder, files);
  for (const file of stale) cpSync(join(folder, file), join(host, file));
  return stale;
}

/** Those that are not as the release has them. */
function staleFiles(host: string, folder: string, files: readonly string[]): readonly string[] {
  return files.filter(
    (file) => !readFileSync(join(host, file)).equals(readFileSync(join(folder, file))),
  );
}

/** Where a host keeps a release that it can install. */
function packageFolder(host: string, name: string, version: string): string {
  return join(host, "var/packages", name, version);
}

export const schemaPackage: Package = {
  name: "enterprise-chef-server-schema",
  version: "2.4.0",
  before: "2.2.4",
  files: ["sqitch.plan", "deps/chef-server-schema/sqitch.plan"].map(
    (file) => `srv/enterprise-chef-server-schema/${file}`,
  ),
};

export function moverPackage(version: string): Package {
  return {
    name: "chef_mover",
    version,
    before: "2.2.9",
    files: ["srv/chef_mover/current/releases/start_erl.data"],
  };
}

/** Puts the schema of before in place: its plans end at what is deployed. */
export function packSchema(
  host: string,
  deployed: { readonly ec: string; readonly osc: string },
): void {
  packAway(host, schemaPackage, (text, file) =>
    planUpTo(text, file.includes("deps/") ? deployed.osc : deployed.ec),
  );
}

/** Puts the mover of before in place: only its version differs. */
export function packMover(host: string, version: string): void {
  const { before } = moverPackage(version);
  packAway(host, moverPackage(version), (text) => text.replace(version, before));
}

/** A sqitch plan up to and with the line of a tag. */
function planUpTo(text: string, tag: string): string {
  const lines = text.split("\n");
  const last = lines.findIndex((line) => line.startsWith(`${tag} `));
  if (last < 0) throw new Error(`a sqitch plan has no ${tag}`);
  return `${lines.slice(0, last + 1).join("\n")}\n`;
}
