import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGrounds, type Ground } from "./ground.ts";
import { judgeWalkEnd, type WalkEnd } from "./invariants.ts";
import { drawMoves, drawStart, type Move } from "./moves.ts";
import { drawPerson, goOn, type Person } from "./person.ts";
import { randomOf } from "./random.ts";
import { goTo, takeSnapshots } from "./snapshots.ts";
import { Walk } from "./walk.ts";

/*
 * Walks over faults and re-runs: each ends complete or rolled back, with journal and ledgers that say the same.
 * `WALKS=5000` walks more of them, `WALK_FROM=1000` others, `WALK_SEED=17` one again; `WALK_LOG=FILE` tells them all.
 */
const one = process.env["WALK_SEED"];
const count = one === undefined ? Number(process.env["WALKS"] ?? 150) : 1;
const from = Number(one ?? process.env["WALK_FROM"] ?? 1);
const seeds = Array.from({ length: count }, (_, index) => from + index);

const patienceSeconds = 90;
/** More of them wait for each other and for the disk, and not for the processor. */
const sideBySide = 4;
let free: Ground[] = [];
let stop = async (): Promise<void> => undefined;

beforeAll(async () => {
  const started = await startGrounds(sideBySide);
  stop = started.stop;
  const [first] = started.grounds;
  if (first !== undefined) await takeSnapshots(first);
  free = [...started.grounds];
});

afterAll(() => stop());

test.concurrent.for(seeds)("walk %i", { timeout: 0 }, async (seed) => {
  const ground = await freeGround();
  const random = randomOf(seed);
  const start = drawStart(random);
  const moves = drawMoves(random);
  const person = drawPerson(random);
  await goTo(ground, start);
  const walk = new Walk(ground);
  walk.note(`from ${start}`);
  try {
    const end = await Promise.race([takeWalk(walk, moves, person), walk.broken, tooLong()]);
    expect(["complete", "rolled back"]).toContain(end);
  } catch (error) {
    const story = [...walk.story, `again: WALK_SEED=${seed} npx vitest run test/walk`].join("\n");
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}\n${story}`, { cause: error });
  } finally {
    await walk.abandon();
    if (process.env["WALK_LOG"])
      appendFileSync(process.env["WALK_LOG"], `== ${seed}\n${walk.story.join("\n")}\n`);
    free.push(ground);
  }
});

async function freeGround(): Promise<Ground> {
  for (;;) {
    const ground = free.pop();
    if (ground !== undefined) return ground;
    await sleep(20);
  }
}

async function takeWalk(walk: Walk, moves: readonly Move[], person: Person): Promise<WalkEnd> {
  for (const move of moves) {
    walk.note(`> ${move.text}`);
    await move.play(walk);
    walk.journal.read();
  }
  walk.note(`> a person goes on ${JSON.stringify(person)}`);
  const end = await goOn(walk, person);
  await walk.settle();
  judgeWalkEnd(walk, end);
  walk.note(end);
  return end;
}

async function tooLong(): Promise<never> {
  await sleep(patienceSeconds * 1000, undefined, { ref: false });
  throw new Error(`it hangs: no end after ${patienceSeconds} s`);
}
