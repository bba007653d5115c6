import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";

import { hostNames, type HostName } from "../common/inventory-file.ts";
import { startEmbeddedWorld } from "../embedded/start-embedded-world.ts";
import { moverPaths } from "../embedded/mover-release.ts";
import { startRealWorld } from "../real/start-real-world.ts";
import type { World } from "../world.ts";
import { embeddedFarSide } from "./embedded-far-side.ts";
import type { FarSide } from "./far-side.ts";
import { chain, type Fault, type MoverVersion, type Setting, type WorldKind } from "./fault.ts";
import { judgeDone } from "./judge.ts";
import { Link } from "./link.ts";
import { realFarSide } from "./real-far-side.ts";
import { Scene, type InventoryFile } from "./scene.ts";

export interface PlayOptions {
  readonly world: WorldKind;
  /** Where each job's files go. */
  readonly out: string;
  /** Used where a fault does not ask for a version of its own. */
  readonly moverVersion?: MoverVersion;
  readonly environment?: string;
  /** How far the chain goes when the fault is over: to its end, or only through the phase that was disturbed. */
  readonly through?: "chain" | "phase";
  /** What the play does, one line at a time. */
  readonly say: (line: string) => void;
  /** What the jobs print. */
  readonly show: (text: string) => void;
  /** Aborted when somebody wants it to end: the job under way is cancelled, and the play stops. */
  readonly signal?: AbortSignal;
}

/** Enough for every planted failure, and quick. */
const organizations = 60;

/** Starts a world for one fault, plays it and holds what came of it against what was promised; throws when it differs. */
export async function playFault(fault: Fault, options: PlayOptions): Promise<void> {
  const { environment = "pre-prod", say, show, out } = options;
  const signal = options.signal ?? new AbortController().signal;
  const setting = fault.setting ?? {};
  const moverVersion = setting.moverVersion ?? options.moverVersion ?? "2.2.14";
  const { world, far } = await startWorld(options.world, setting, moverVersion, environment, say);
  const ends: (() => Promise<void>)[] = [() => world.stop()];
  try {
    const links = await linkHosts(world);
    ends.push(...Object.values(links).map((link) => () => link.stop()));
    mkdirSync(out, { recursive: true });
    const linked = throughLinks(world, links);
    const scene = new Scene({ world: linked, far, links, out, environment, say, show, signal });
    ends.push(() => scene.end());
    await beforeTheFault(scene, fault);
    say(`Fault: ${fault.title}`);
    await fault.play(scene);
    if (!fault.completes) return;
    await theRest(scene, options.through === "phase" ? fault.after.length + 1 : chain.length);
    await judgeDone(scene, { organizations, moverVersion, extra: fault.extra ?? {} });
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function beforeTheFault(scene: Scene, fault: Fault): Promise<void> {
  const planned = scene.must(await scene.run("plan"), ["succeeded"]);
  scene.planDigest = planned.planDigest;
  await scene.pass(...fault.after);
}

/** The chain from where it stands: what is done says so, what is not is done. */
async function theRest(scene: Scene, phases: number): Promise<void> {
  const done = new Set(scene.donePhases());
  await scene.pass(...chain.slice(0, phases).filter((phase) => !done.has(phase)));
}

async function startWorld(
  kind: WorldKind,
  setting: Setting,
  moverVersion: MoverVersion,
  environment: string,
  say: (line: string) => void,
): Promise<{ readonly world: World; readonly far: FarSide }> {
  const shared = {
    directory: mkdtempSync(join(tmpdir(), "rp-")),
    environment,
    moverVersion,
    organizations,
    liveTraffic: setting.liveTraffic ?? false,
    log: say,
  };
  if (kind === "real") {
    const slow = setting.slowMigrations === true ? { objectDelayMilliseconds: 1500 } : {};
    const mover = setting.mover === undefined ? {} : { moverFaults: setting.mover };
    const world = await startRealWorld({ ...shared, ...slow, ...mover });
    return { world, far: realFarSide(world) };
  }
  const objectsPerSecond = setting.slowMigrations === true ? 15 : 1000;
  const world = await startEmbeddedWorld({ ...shared, objectsPerSecond });
  const { stopAt, stallAt } = setting.mover ?? {};
  if (stopAt !== undefined || stallAt !== undefined) {
    const fault = { fatalStopAt: stopAt, stallAt };
    writeFileSync(moverPaths(world.hosts.couch1.directory).fault, JSON.stringify(fault));
  }
  return { world, far: embeddedFarSide(world) };
}

async function linkHosts(world: World): Promise<Record<HostName, Link>> {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  const links = await Promise.all(
    hostNames.map(async (name) => {
      const port = inventory.hosts[name]?.port;
      if (port === undefined) throw new Error(`the inventory has no port for ${name}`);
      return [name, await Link.to(port)] as const;
    }),
  );
  return Object.fromEntries(links) as Record<HostName, Link>;
}

/** What a rehearsal waits for is shorter still, since each fault waits for itself. */
const durations = {
  drain: "1s",
  read_only_watch: "1s",
  resolution_watch: "1s",
  poll_every: "1s",
  mover_settle: "0s",
};

/** The same world, reached through links that can be cut. */
function throughLinks(world: World, links: Readonly<Record<HostName, Link>>): World {
  const inventory = parse(readFileSync(world.inventoryFile, "utf8")) as InventoryFile;
  let { knownHosts } = world;
  for (const name of hostNames) {
    const host = inventory.hosts[name];
    if (host === undefined) continue;
    knownHosts = knownHosts.replace(
      `[127.0.0.1]:${host.port} `,
      `[127.0.0.1]:${links[name].port} `,
    );
    host.port = links[name].port;
  }
  Object.assign(inventory.vars, durations);
  const inventoryFile = join(world.directory, "linked-inventory.yml");
  writeFileSync(inventoryFile, stringify(inventory, { aliasDuplicateObjects: false }));
  return { ...world, inventoryFile, knownHosts };
}

/** A folder for the jobs of a test; the caller removes it. */
export function temporaryOut(): { readonly out: string; remove(): void } {
  const out = mkdtempSync(join(tmpdir(), "fault-"));
  return { out, remove: () => rmSync(out, { recursive: true, force: true, maxRetries: 5 }) };
}
