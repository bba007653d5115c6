import { hosts, needs, type HostName } from "./ground.ts";
import type { Move } from "./moves.ts";
import { must } from "./must.ts";
import type { Random } from "./random.ts";
import type { Walk } from "./walk.ts";

/** A person rules, whether something is in doubt or not; a ruling on what is not is refused. */
export function rule(): Move {
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

/** The check of `convert` cannot tell any more. */
export function blind(): Move {
  return {
    text: "the check of convert goes blind",
    play: async (walk) => walk.machine.blind(),
  };
}

/** Somebody changes something, and no journal knows of it. */
export function byHand(random: Random): Move {
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

/** A writer died in the middle of a line. */
export function tear(): Move {
  return {
    text: "the journal is torn",
    async play(walk) {
      if (walk.journal.events.length > 0) walk.machine.tearJournal();
    },
  };
}

/** An edited journal is refused with its line, until it is put back. */
export function edit(random: Random): Move {
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

/** No room is left. */
export function fill(random: Random): Move {
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

/** No new job reaches a host. */
export function loseWay(random: Random): Move {
  const host = random.pick(hosts);
  return {
    text: `there is no way to ${host}`,
    play: async (walk) => void walk.machine.unreachable.add(host),
  };
}

/** A host's clock jumps while nobody acts. */
export function moveClock(random: Random): Move {
  const host = random.pick(hosts);
  const seconds = random.pick([-600, -60, 60, 600]);
  return {
    text: `the clock of ${host} jumps by ${seconds} s`,
    play: async (walk) => walk.machine.moveClock(host, seconds),
  };
}

/** A change that a person makes or takes back beside everything; nothing where no round is open to notice. */
function changeByHand(walk: Walk, host: HostName, made: boolean, which: number): string {
  if (walk.state().round?.open !== true) return "nothing";
  const fits = needs[host].filter((change) => (walk.far.state(host, change) === "done") !== made);
  const change = fits[which % Math.max(1, fits.length)];
  if (change === undefined) return "nothing";
  walk.meddle();
  walk.far.byHand(host, change, made);
  return `${change}@${host}`;
}
