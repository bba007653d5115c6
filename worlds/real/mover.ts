import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { isInstalled, moverPackage, packMover } from "../chef/packages.ts";
import type { WorldOptions } from "../world.ts";
import { freePort } from "./free-port.ts";
import { hostFolder } from "./hosts.ts";
import { erlCall } from "./packages.ts";
import { startProcess, untilReady, worldMarker } from "./processes.ts";
import { database, databaseUser } from "./postgres.ts";
import { runCommand } from "./run-command.ts";
import { template } from "./template.ts";

/** The node's name in every world: a port mapper of the world's own keeps worlds apart. */
const moverNode = "mover@127.0.0.1";

/** What befalls the real mover without a cause, brought about on purpose. */
export interface MoverFaults {
  /** A spurious `fatal_stop` when so many objects are completed. */
  readonly stopAt?: number;
  /** The state machine loses its timeout when so many objects are completed. */
  readonly stallAt?: number;
  /** A setting that is lost on its way to Redis, while the console says `ok`. */
  readonly lostFlag?:
    | "couchdb_organizations"
    | "couchdb_associations"
    | "couchdb_association_requests";
  /** Connections to PostgreSQL; with fewer than workers, objects fail. */
  readonly poolSize?: number;
}

/** Where the stand-in finds what it works with. */
export interface MoverSettings {
  readonly couchPort: number;
  readonly redisPort: number;
  readonly redisPassword: string;
  readonly databasePort: number;
  readonly databasePassword: string;
  readonly objectDelayMilliseconds: number;
  readonly faults: MoverFaults;
}

/** What exists of mover on its host. */
export interface MoverRelease {
  readonly release: string;
  readonly detsFolder: string;
  readonly log: string;
}

/** Compiles the stand-in into a release folder as chef-mover has it. */
export async function buildRelease(
  directory: string,
  version: WorldOptions["moverVersion"],
): Promise<MoverRelease> {
  const host = hostFolder(directory, "couch1");
  const release = join(host, "srv", "chef_mover", "current");
  const detsFolder = join(hostFolder(directory, "couch1"), "srv", "moser-data");
  const ebin = join(release, "lib", "mover", "ebin");
  for (const folder of [
    ebin,
    detsFolder,
    join(release, "releases"),
    join(release, "etc"),
    join(release, "log"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  cpSync(join(import.meta.dirname, "release"), release, { recursive: true });
  const wasInstalled = isInstalled(host, moverPackage(version));
  writeFileSync(join(release, "releases", "start_erl.data"), `5.10.4 ${version}\n`);
  if (!wasInstalled) packMover(host, version);
  cpSync(await compiledMover(), ebin, { recursive: true });
  const application = readFileSync(join(sources, "mover.app"), "utf8");
  writeFileSync(join(ebin, "mover.app"), application.replace("@VERSION@", version));
  return { release, detsFolder, log: join(release, "log") };
}

const sources = join(import.meta.dirname, "erlang");

/** Erlang takes longer to compile than to run here: once for each machine will do. */
async function compiledMover(): Promise<string> {
  return template("mover", [sources, await erlCall()], async (folder) => {
    const modules = readdirSync(sources).filter((file) => file.endsWith(".erl"));
    await runCommand("erlc", ["-o", folder, ...modules], { directory: sources });
  });
}

/** Writes the release's configuration, once every part that it names has its port. */
export async function configureRelease(
  directory: string,
  { release, detsFolder, log }: MoverRelease,
  version: WorldOptions["moverVersion"],
  settings: MoverSettings,
): Promise<void> {
  const [epmdPort, call] = await Promise.all([startEpmd(directory), erlCall()]);
  const etc = join(release, "etc");
  const application = {
    version: text(version),
    log_dir: text(log),
    dets_dir: text(detsFolder),
    couch_host: text("127.0.0.1"),
    couch_port: String(settings.couchPort),
    redis_host: text("127.0.0.1"),
    redis_port: String(settings.redisPort),
    redis_password: text(settings.redisPassword),
    db_host: text("127.0.0.1"),
    db_port: String(settings.databasePort),
    db_name: text(database),
    db_user: text(databaseUser),
    db_password: text(settings.databasePassword),
    pool_size: String(settings.faults.poolSize ?? 25),
    object_delay: String(settings.objectDelayMilliseconds),
    ...faultSettings(settings.faults),
  };
  const values = Object.entries(application).map(([name, value]) => `{${name}, ${value}}`);
  writeFileSync(join(etc, "app.config"), `[{mover,\n  [${values.join(",\n   ")}]}].\n`, {
    mode: 0o600,
  });
  writeFileSync(join(etc, "vm.args"), vmArguments());
  writeFileSync(
    join(etc, "environment"),
    `# Read by bin/mover.\nexport ERL_EPMD_PORT=${epmdPort}\nexport ${worldMarker}='${directory}'\nerl_call='${call}'\n`,
  );
}

/** Nothing waits busily: worlds share their machine. */
function vmArguments(): string {
  return `-name ${moverNode}
-setcookie mover
-kernel inet_dist_use_interface {127,0,0,1}
+K true
+A 5
+sbwt none
+sbwtdcpu none
+sbwtdio none
`;
}

/** A port mapper for this world alone: the machine's own, if there is one, is left as it is. */
async function startEpmd(directory: string): Promise<number> {
  const port = await freePort();
  const started = startProcess(directory, "epmd", [
    "epmd",
    "-address",
    "127.0.0.1",
    "-port",
    String(port),
  ]);
  await untilReady(started, () => accepts(port));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

function text(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function faultSettings({
  stopAt,
  stallAt,
  lostFlag,
}: MoverFaults): Readonly<Record<string, string>> {
  return {
    ...(stopAt === undefined ? {} : { fault_stop_at: String(stopAt) }),
    ...(stallAt === undefined ? {} : { fault_stall_at: String(stallAt) }),
    ...(lostFlag === undefined ? {} : { fault_lost_flag: text(lostFlag) }),
  };
}
