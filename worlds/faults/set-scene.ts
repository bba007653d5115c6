import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startEmbeddedWorld } from "../embedded/start-embedded-world.ts";
import { moverPaths } from "../embedded/mover-release.ts";
import { startGithub } from "../github/start-github.ts";
import { careful } from "../github/state.ts";
import { startRealWorld } from "../real/start-real-world.ts";
import type { World } from "../world.ts";
import { startNode } from "./operator.ts";
import { embeddedFarSide } from "./embedded-far-side.ts";
import type { FarSide } from "./far-side.ts";
import type { MoverVersion, Setting, WorldKind } from "./fault.ts";
import { realFarSide } from "./real-far-side.ts";
import { Scene } from "./scene.ts";
import type { Stage } from "./stages.ts";
import { linkHosts, throughLinks } from "./through-links.ts";

/** Enough for every planted failure, and quick. */
export const organizations = 60;

/** The world that a play wants. */
export interface SceneStart {
  readonly kind: WorldKind;
  readonly setting: Setting;
  readonly moverVersion: MoverVersion;
  readonly environment: string;
  /** Where it goes on from; without it it is as before the runbook. */
  readonly stage: Stage | undefined;
  readonly say: (line: string) => void;
}

/** Where the play's files and words go. */
export interface Audience {
  readonly out: string;
  readonly show: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Starts a world, lays a link to each of its hosts, and lets the play in; `ends` undoes it, last first. */
export async function setScene(
  start: SceneStart,
  { out, show, signal = new AbortController().signal }: Audience,
  ends: (() => Promise<void>)[],
): Promise<Scene> {
  const { environment, say, stage } = start;
  const { world, far } = await startWorld(start);
  ends.push(() => world.stop());
  const links = await linkHosts(world);
  ends.push(...Object.values(links).map((link) => () => link.stop()));
  const github = await startGithub(careful());
  ends.push(() => github.stop());
  mkdirSync(out, { recursive: true });
  const linked = throughLinks(world, links);
  const inputs = ownRunbook(world, start.setting);
  const scene = new Scene({
    world: linked,
    far,
    links,
    github,
    out,
    environment,
    inputs,
    say,
    show,
    signal,
  });
  ends.push(() => scene.end());
  if (stage?.done.includes("mover") === true) await startNode(scene);
  return scene;
}

async function startWorld(
  start: SceneStart,
): Promise<{ readonly world: World; readonly far: FarSide }> {
  const { kind, setting, moverVersion, environment, stage, say } = start;
  const shared = {
    directory: mkdtempSync(join(tmpdir(), "rp-")),
    environment,
    moverVersion,
    organizations,
    liveTraffic: setting.liveTraffic ?? false,
    evidence: setting.evidence === true ? { from: "pre-prod", "max-age": "1d" } : undefined,
    log: say,
    ...(stage === undefined ? {} : { from: stage.folder }),
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

const runbooks = join(import.meta.dirname, "../../runbooks/org-migration");

/** The runbook that a fault changes, in the world and in every job's inputs. */
function ownRunbook(world: World, { runbook }: Setting): Readonly<Record<string, string>> {
  if (runbook === undefined) return {};
  const folder = join(world.directory, "runbook");
  cpSync(runbooks, folder, { recursive: true });
  const file = join(folder, "runbook.yml");
  writeFileSync(file, runbook(readFileSync(file, "utf8")));
  return { runbook: file };
}
