import { changesOf } from "./runbook.ts";
import type { WalkEnd } from "./invariants.ts";
import { must } from "./must.ts";
import type { Random } from "./random.ts";
import { isJournaled, isRollingBack, roundBegun } from "./standing.ts";
import type { Ended, Walk } from "./walk.ts";

/** More jobs than this nobody would start: the summaries lead in a circle. */
const patience = 16;

/** How a person is inclined where the summary leaves a choice. */
export interface Person {
  /** Dispatches the rollback first of all. */
  readonly wantsBack: boolean;
  readonly givesUp: boolean;
  readonly takesOver: boolean;
}

export function drawPerson(random: Random): Person {
  return { wantsBack: random.chance(25), givesUp: random.chance(40), takesOver: random.chance(50) };
}

/** Does what the summaries say, and nothing that they do not say, until the environment stands still. */
export async function goOn(walk: Walk, person: Person): Promise<WalkEnd> {
  await walk.settle();
  if (person.wantsBack) walk.giveUp();
  for (let jobs = 0; jobs < patience; jobs += 1) {
    const end = endOf(walk);
    if (end !== undefined && !walk.owesWayBack) return end;
    // A way back that did not come through may be in no journal yet; its summary says so all the same.
    const rollback = walk.givenUp || isRollingBack(walk.state()) || end !== undefined;
    const ended = await walk.job(
      rollback
        ? { phase: "rollback", actor: walk.actor(walk.run), reason: "as the summary says" }
        : { phase: walk.nextPhase(), reason: walk.reason },
    );
    await follow(walk, person, ended);
  }
  throw new Error(`after ${patience} jobs it is neither complete nor rolled back`);
}

/** The round that was begun last is closed. */
function endOf(walk: Walk): WalkEnd | undefined {
  const state = walk.state();
  const round = roundBegun(state);
  if (round === undefined || state.round?.open === true || isRollingBack(state)) return undefined;
  if (round.closedBy === "rollback") return "rolled back";
  return round.closedBy === "chain" ? "complete" : undefined;
}

type Remedy = (walk: Walk, person: Person, found: RegExpExecArray) => Promise<void> | void;

/** What the words of a summary make a person do before the next job. */
const remedies: readonly (readonly [RegExp, Remedy])[] = [
  [
    /No space left on device|is the disk full|make room on the disk/,
    (walk) => walk.machine.makeRoom(),
  ],
  [/A rollback may have acted while the journal could not be used/, (walk) => walk.giveUp()],
  [
    /a rollback that cannot use the journal keeps its own on/,
    (walk) => walk.machine.expireStandInLease(),
  ],
  [/the lease is held by/, (walk) => walk.machine.expireLease()],
  [/belongs to run (\d+)/, chooseRun],
  [/this line was changed/, (walk) => walk.machine.unedit()],
  [/changed beneath the journal/, putBackOrGiveUp],
  [/cannot tell|cannot-tell/, ruleOrRepair],
  [/processes .* of it still run/, (walk) => walk.settle()],
  [/changed before, wanted admitted/, (walk) => walk.giveUp()],
  [/wanted done/, (walk, person) => putBackOrGiveUp(walk, person)],
  [
    /cannot be reached|connection .*(lost|closed|broke)|ended the connection|was lost:/,
    (walk) => walk.machine.unreachable.clear(),
  ],
  [
    /re-run|run this phase again|run the phase again|run again|approving|nothing is left to do|start again|the round is closed|dispatch a new run/,
    () => undefined,
  ],
];

async function follow(walk: Walk, person: Person, { outcome, text }: Ended): Promise<void> {
  if (outcome === "killed") return;
  for (const [words, remedy] of remedies) {
    const found = words.exec(text);
    if (found === null) continue;
    await remedy(walk, person, found);
    return;
  }
  must(false, `nobody knows what to do: ${text}`);
}

function chooseRun(walk: Walk, { takesOver }: Person, [, run = ""]: RegExpExecArray): void {
  if (takesOver) walk.reason = "the other run is dead";
  else walk.run = run;
}

function putBackOrGiveUp(walk: Walk, { givesUp }: Person): void {
  if (givesUp) return walk.giveUp();
  for (const [change, host] of changesOf("finish")) {
    const journaled = isJournaled(walk.state(), change, host);
    if (!journaled || walk.far.state(host, change) === "done") continue;
    walk.meddle();
    walk.far.byHand(host, change, true);
    walk.note(`put back by hand: ${change}@${host}`);
  }
}

async function ruleOrRepair(walk: Walk): Promise<void> {
  if ((await walk.rule()) === undefined) walk.machine.see();
}
