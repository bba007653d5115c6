import { hosts } from "./ground.ts";
import { must } from "./must.ts";
import type { Random } from "./random.ts";
import { changesAny } from "./runbook.ts";
import type { Moment } from "./runner.ts";
import type { Start } from "./snapshots.ts";
import { changeByHand, strikes } from "./strikes.ts";
import { lastPhase } from "./standing.ts";
import type { Walk, Wish } from "./walk.ts";

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

/** Which job is started: by name, or by where the chain stands. */
const jobs = [
  [8, "the next phase"],
  [2, "the phase before again"],
  [2, "rollback"],
  [1, "another run's phase"],
] as const;
type JobName = (typeof jobs)[number][1];

function disturbedJob(random: Random): Move {
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

function plainJob(random: Random): Move {
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

/** A person rules, whether something is in doubt or not; a ruling on what is not is refused. */
function rule(): Move {
  return {
    text: "a ruling",
    async play(walk) {
      const ended = await walk.rule();
      if (ended !== undefined) return;
      const ruling = { step: "upgrade/schema", ruling: "done", reason: "a guess" } as const;
      const { outcome, text } = await walk.job({ phase: "resolve", ruling });
      must(outcome === "refused", `ruled on what is not in doubt: ${text}`);
    },
  };
}

function blind(): Move {
  return {
    text: "the check of convert goes blind",
    play: async (walk) => walk.machine.blind(),
  };
}

function byHand(random: Random): Move {
  const host = random.pick(hosts);
  const made = random.chance(30);
  const which = random.number(10);
  return {
    text: `somebody ${made ? "makes" : "takes back"} a change on ${host}`,
    async play(walk) {
      await walk.settle();
      walk.note(`by hand: ${changeByHand(walk, host, made, which)}`);
    },
  };
}

function tear(): Move {
  return {
    text: "the journal is torn",
    async play(walk) {
      if (walk.journal.events.length > 0) walk.machine.tearJournal();
    },
  };
}

/** An edited journal is refused with its line, until it is put back. */
function edit(random: Random): Move {
  const number = random.number(1000);
  return {
    text: "the journal is edited, and put back after the next job",
    async play(walk) {
      const phase = walk.nextPhase();
      if (!walk.machine.editJournal(number)) return;
      const { outcome, text } = await walk.job({ phase });
      walk.machine.unedit();
      const named = /journal\.jsonl:\d+: this line was changed/.test(text);
      must(walk.machine.unreachable.has("one") || (outcome === "refused" && named), text);
    },
  };
}

function fill(random: Random): Move {
  const host = random.pick(hosts);
  const journal = random.chance(40);
  return {
    text: journal ? "the disk under the journal is full" : `the disk of ${host} is full`,
    async play(walk) {
      if (journal) walk.machine.fillJournal();
      else walk.machine.fillDisk(host);
    },
  };
}

function loseWay(random: Random): Move {
  const host = random.pick(hosts);
  return {
    text: `there is no way to ${host}`,
    play: async (walk) => void walk.machine.unreachable.add(host),
  };
}

function moveClock(random: Random): Move {
  const host = random.pick(hosts);
  const seconds = random.pick([-600, -60, 60, 600]);
  return {
    text: `the clock of ${host} jumps by ${seconds} s`,
    play: async (walk) => walk.machine.moveClock(host, seconds),
  };
}
