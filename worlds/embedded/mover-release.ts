import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { kinds } from "../common/data.ts";
import type { Kind } from "../common/data.ts";
import { quote } from "./host-folder.ts";
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
    callsFile: paths.calls,
    detsExpressions: readDetsExpressions(runbookFile),
  };
  writeFileSync(join(release, "releases/start_erl.data"), `5.10.4 ${settings.version}\n`);
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

function readDetsExpressions(file: string): Record<Kind, string> {
  const runbook = parse(readFileSync(file, "utf8")) as {
    readonly reconciliations: Readonly<
      Record<string, { readonly dets: { readonly eval: string } }>
    >;
  };
  const expressionOf = (kind: Kind) => {
    const expression = runbook.reconciliations[kind]?.dets.eval;
    if (expression === undefined) {
      throw new Error(
        `${file} has no reconciliations.${kind}.dets.eval, which the console of this world answers`,
      );
    }
    return expression;
  };
  const found = kinds.map((kind) => [kind, expressionOf(kind)] as const);
  return Object.fromEntries(found) as Record<Kind, string>;
}
