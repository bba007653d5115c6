import { disturbedJob, plainJob } from "./job-moves.ts";
import type { Random } from "./random.ts";
import type { Start } from "./snapshots.ts";
import { blind, byHand, edit, fill, loseWay, moveClock, rule, tear } from "./still-moves.ts";
import type { Walk } from "./walk.ts";

/** One thing that somebody does, or that happens. */
export interface Move {
  readonly text: string;
  play(walk: Walk): Promise<void>;
}

/** Where a walk begins: rarely at nothing, since little can go wrong there. */
export function drawStart(random: Random): Start {
  return random.weigh<Start>([
    [2, "nothing"],
    [5, "preflight"],
    [5, "upgrade"],
    [2, "switch"],
    [1, "finish"],
  ]);
}

/** Draws the moves of a walk, all of them before its first step, so that the seed alone decides. */
export function drawMoves(random: Random): readonly Move[] {
  return Array.from({ length: random.number(5) }, () => random.weigh(kinds)(random));
}

const kinds: readonly (readonly [weight: number, draw: (random: Random) => Move])[] = [
  [10, disturbedJob],
  [3, plainJob],
  [1, rule],
  [2, blind],
  [1, byHand],
  [1, tear],
  [1, edit],
  [1, fill],
  [1, loseWay],
  [1, moveClock],
];
