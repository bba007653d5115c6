import type { Move } from "./moves.ts";
import type { Random } from "./random.ts";
import { changesAny } from "./runbook.ts";
import type { Moment } from "./runner.ts";
import { lastPhase } from "./standing.ts";
import { strikes } from "./strikes.ts";
import type { Walk, Wish } from "./walk.ts";

/** Which job is started: by name, or by where the chain stands. */
const jobs = [
  [8, "the next phase"],
  [2, "the phase before again"],
  [2, "rollback"],
  [1, "another run's phase"],
] as const;
type JobName = (typeof jobs)[number][1];

/** A job that something befalls. */
export function disturbedJob(random: Random): Move {
  const name = random.weigh(jobs);
  const strike = random.weigh(strikes)(random);
  const drawn = strike.moment ?? drawMoment(random);
  const otherwise = { kind: "event", number: random.number(6) } as const;
  const held = random.pick(["before", "after"] as const);
  return {
    text: `${name}; ${sayMoment(drawn)} ${strike.text}`,
    async play(walk) {
      const wish = wishOf(walk, name);
      const changes = wish.phase === "rollback" || changesAny(wish.phase);
      const moment = drawn.kind === "change" && !changes ? otherwise : drawn;
      if (moment.kind === "change") walk.far.hold(name === "rollback" ? "undo" : held);
      let struck = false;
      await walk.job(wish, {
        moment,
        async strike(job) {
          struck = true;
          await strike.play(walk, job);
          if (strike.leavesChange !== true) walk.far.letGo();
        },
      });
      if (!struck) walk.far.letGo();
    },
  };
}

/** A job that is left alone. */
export function plainJob(random: Random): Move {
  const name = random.weigh(jobs);
  return {
    text: name,
    play: async (walk) => void (await walk.job(wishOf(walk, name))),
  };
}

function wishOf(walk: Walk, name: JobName): Wish {
  switch (name) {
    case "the next phase":
      return { phase: walk.nextPhase() };
    case "the phase before again":
      return { phase: lastPhase(walk.state()) };
    case "rollback":
      return { phase: "rollback", actor: walk.actor(walk.newRun()), reason: "a random walk" };
    case "another run's phase":
      return { phase: walk.nextPhase(), actor: walk.actor(walk.newRun()) };
  }
}

function drawMoment(random: Random): Moment {
  return random.weigh<() => Moment>([
    [4, () => ({ kind: "change" })],
    [3, () => ({ kind: "event", number: random.number(14) })],
    [2, () => ({ kind: "intent", number: random.number(2) })],
    [3, () => ({ kind: "sent", number: random.number(45) })],
  ])();
}

function sayMoment(moment: Moment): string {
  return moment.kind === "change" ? "at a change" : `at ${moment.kind} ${moment.number}`;
}
