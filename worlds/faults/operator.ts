import { setTimeout as sleep } from "node:timers/promises";

import type { Somebody } from "./far-side.ts";
import type { Scene } from "./scene.ts";

/** Starts the node as an operator does, and waits until it answers. */
export async function startNode(scene: Scene): Promise<void> {
  const bin = "srv/chef_mover/current/bin";
  await scene.far.sh("couch1", `cd ${bin} && TERM=xterm ./mover start`);
  await scene.until(async () => {
    const { stdout } = await scene.far.sh("couch1", `cd ${bin} && ./mover ping`);
    return stdout.includes("pong");
  }, "mover answers again");
}

/** Stops the node as an operator does; its dets are closed then. */
export async function stopNode(scene: Scene): Promise<void> {
  const { status, stdout } = await scene.far.sh(
    "couch1",
    "cd srv/chef_mover/current/bin && ./mover stop",
  );
  scene.expect(status === 0, `mover stop: ${stdout}`);
  await scene.until(() => !scene.far.nodeRuns(), "the node ended");
}

/** The console of a runner that died stays taken for a moment. */
export async function attachWhenFree(scene: Scene): Promise<Somebody> {
  for (let left = 40; ; left -= 1) {
    try {
      return await scene.far.attachSomebody();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(250);
    }
  }
}

/** Another operator types one line, sees it taken and leaves. */
export async function typeWhenFree(scene: Scene, line: string): Promise<void> {
  const somebody = await attachWhenFree(scene);
  // A fresh shell, so that what the lost terminal left half typed is not in front of it.
  somebody.type("\u0007");
  await sleep(300);
  somebody.type("s\n");
  await sleep(300);
  somebody.type("c\n");
  await sleep(300);
  somebody.type(`${line}\r`);
  await sleep(700);
  await somebody.leave();
}
