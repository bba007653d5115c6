import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isInstalled, moverPackage, packMover } from "../chef/packages.ts";
import { quote } from "../common/node-program.ts";
import { detsLists, type DetsList } from "./mover/dets.ts";
import type { MoverConfig } from "./mover/mover-config.ts";

const sources = join(import.meta.dirname, "mover");

/** The runbook whose expressions the console has to know. */
const runbookFile = join(import.meta.dirname, "../../runbooks/org-migration/runbook.yml");

export type MoverSettings = Omit<
  MoverConfig,
  | "node"
  | "pidFile"
  | "logDirectory"
  | "detsDirectory"
  | "faultFile"
  | "flagFaultFile"
  | "objectFaultsFile"
  | "callsFile"
  | "detsExpressions"
>;

/** Where the parts of the release are on its host. */
export function moverPaths(host: string) {
  const release = join(host, "srv/chef_mover/current");
  return {
    release,
    bin: join(release, "bin"),
    log: join(release, "log"),
    dets: join(host, "srv/moser-data"),
    fault: join(release, "run/fault.json"),
    flagFault: join(release, "run/flag-fault.json"),
    objectFaults: join(release, "run/object-faults.json"),
    calls: join(release, "calls"),
    pidFile: join(release, "run/mover.pid"),
  };
}

/** Puts a chef-mover release onto its host: the control script and a node that behaves as the version does. */
export function createMoverRelease(host: string, settings: MoverSettings): void {
  const paths = moverPaths(host);
  const { release, bin, log, dets } = paths;
  for (const folder of [
    bin,
    log,
    dets,
    join(release, "releases"),
    join(release, "etc"),
    join(release, "run"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  const config: MoverConfig = {
    ...settings,
    node: "mover@127.0.0.1",
    pidFile: paths.pidFile,
    logDirectory: log,
    detsDirectory: dets,
    faultFile: paths.fault,
    flagFaultFile: paths.flagFault,
    objectFaultsFile: paths.objectFaults,
    callsFile: paths.calls,
    detsExpressions: readDetsExpressions(runbookFile),
  };
  const wasInstalled = isInstalled(host, moverPackage(settings.version));
  writeFileSync(join(release, "releases/start_erl.data"), `5.10.4 ${settings.version}\n`);
  if (!wasInstalled) packMover(host, settings.version);
  writeFileSync(join(release, "etc/mover.json"), `${JSON.stringify(config, null, 2)}\n`, {
    mode: 0o600,
  });
  writeFileSync(join(release, "etc/mover.env"), shellSettings(config));
  copyFileSync(join(sources, "mover.sh"), join(bin, "mover"));
  chmodSync(join(bin, "mover"), 0o755);
}

function shellSettings(config: MoverConfig): string {
  const settings = {
    NODE: process.execPath,
    NODE_NAME: config.node,
    MOVER_NODE: join(sources, "node.ts"),
    MOVER_ATTACH: join(sources, "attach.ts"),
    PID_FILE: config.pidFile,
    PIPE: config.pipe,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

function readDetsExpressions(file: string): Record<DetsList, string> {
  const { reconciliations, references } = parse(readFileSync(file, "utf8")) as {
    readonly reconciliations: Readonly<Record<string, { readonly dets: Expression }>>;
    readonly references: Readonly<Record<string, { readonly source: Expression }>>;
  };
  const found = detsLists.map((name) => {
    const expression = (reconciliations[name]?.dets ?? references[name]?.source)?.eval;
    if (expression === undefined)
      throw new Error(`${file} lists no keys of ${name}, which the console of this world answers`);
    return [name, expression] as const;
  });
  return Object.fromEntries(found) as Record<DetsList, string>;
}

interface Expression {
  readonly eval: string;
}
