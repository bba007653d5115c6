import { must } from "./must.ts";
import type { Random } from "./random.ts";
import type { Runner } from "./runner.ts";
import type { Strike } from "./strikes.ts";
import type { Walk } from "./walk.ts";

/** Another run wants to act at the same time: it is refused. */
export function dispatchAnother(random: Random): Strike {
  const reason = random.chance(50) ? "it takes too long" : undefined;
  return {
    text: `another run is dispatched${reason === undefined ? "" : " with a reason"}`,
    async play(walk, job) {
      const acts = job.events.length > 0 && !job.isEnding();
      const actor = walk.actor(walk.newRun());
      const { outcome, text } = await walk.job({ phase: job.ask.phase, actor, reason });
      if (acts && !job.over) must(outcome === "refused", `two act at once: ${text}`);
    },
  };
}

/** The rollback waits for nobody. */
export function dispatchRollback(): Strike {
  return {
    text: "the rollback is dispatched",
    async play(walk) {
      await walk.job({
        phase: "rollback",
        actor: walk.actor(walk.newRun()),
        reason: "it takes too long",
      });
    },
  };
}

/** Somebody believes that the job is dead, and it is not. */
type Successor = "a re-run" | "another run, after the lease has expired" | "the rollback";
const successors: readonly Successor[] = [
  "a re-run",
  "another run, after the lease has expired",
  "the rollback",
];

async function succeed(walk: Walk, job: Runner, successor: Successor): Promise<void> {
  const { phase, actor } = job.ask;
  switch (successor) {
    case "a re-run":
      walk.endedBadly(actor.run);
      await walk.job({ phase, actor: walk.actor(actor.run) });
      return;
    case "another run, after the lease has expired":
      walk.machine.expireLease();
      await walk.job({ phase, actor: walk.actor(walk.newRun()), reason: "the other run is dead" });
      return;
    case "the rollback":
      await walk.job({ phase: "rollback", actor: walk.actor(walk.newRun()), reason: "enough" });
  }
}

/** The job lives, and loses its lease. */
export function takeOver(random: Random): Strike {
  const successor = random.pick(successors);
  return {
    text: `it is believed dead and lives; ${successor} acts in its place`,
    play: (walk, job) => succeed(walk, job, successor),
  };
}

/** What the job sends is on its way for so long that others act in between. */
export function comeLate(random: Random): Strike {
  const successor = random.pick(successors);
  const number = random.number(2);
  return {
    text: `what it sends comes late; ${successor} acts in its place`,
    moment: { kind: "intent", number },
    async play(walk, job) {
      const links = Object.values(job.links);
      for (const link of links) link.hold();
      await succeed(walk, job, successor);
      for (const link of links) link.letGo();
    },
  };
}
