import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hosts, needs, type HostName } from "./ground.ts";
import { must } from "./must.ts";
import type { Random } from "./random.ts";
import type { Moment, Runner } from "./runner.ts";
import type { Walk } from "./walk.ts";

/** Something that befalls a job at one moment. What is drawn is drawn before the walk begins. */
export interface Strike {
  readonly text: string;
  /** Where it makes sense; everywhere by default. */
  readonly moment?: Moment;
  /** The change that is being made stays where it is until a later job follows it. */
  readonly leavesChange?: boolean;
  play(walk: Walk, job: Runner): Promise<void> | void;
}

/** Everything that can befall a job, with how often. */
export const strikes: readonly (readonly [weight: number, draw: (random: Random) => Strike])[] = [
  [6, kill],
  [4, cancel],
  [4, cut],
  [2, freeze],
  [3, lose],
  [3, reboot],
  [3, killProcesses],
  [2, fillDisk],
  [1, fillJournal],
  [2, blind],
  [3, dispatchAnother],
  [3, dispatchRollback],
  [4, takeOver],
  [4, comeLate],
  [2, moveClock],
];

function kill(random: Random): Strike {
  const leavesChange = random.chance(50);
  return {
    text: `its runner is killed${leavesChange ? ", the change goes on later" : ""}`,
    leavesChange,
    play: (_, job) => job.kill(),
  };
}

function cancel(random: Random): Strike {
  return {
    text: "it is cancelled",
    leavesChange: random.chance(30),
    play: (_, job) => job.cancel(),
  };
}

function cut(random: Random): Strike {
  const host = random.pick(hosts);
  return { text: `its connection to ${host} is cut`, play: (_, job) => job.links[host].cut() };
}

function freeze(random: Random): Strike {
  const host = random.pick(hosts);
  return {
    text: `its connection to ${host} goes silent and is cut then`,
    async play(_, job) {
      job.links[host].freeze();
      await new Promise((resolve) => setTimeout(resolve, 50));
      job.links[host].cut();
    },
  };
}

function lose(random: Random): Strike {
  const host = random.pick(hosts);
  const sleeps = random.number(8);
  return {
    text: `${host} cannot be reached for ${sleeps} waits`,
    play(walk, job) {
      job.links[host].close();
      walk.clock.afterSleeps(sleeps, () => {
        if (!job.killed) job.links[host].open();
      });
    },
  };
}

function reboot(random: Random): Strike {
  const host = random.pick(hosts);
  return {
    text: `${host} is rebooted`,
    async play(walk) {
      walk.meddle();
      await walk.ground.reboot(host);
    },
  };
}

/** The shell of the job, which writes down its end, or what that shell runs. */
function killProcesses(random: Random): Strike {
  const shell = random.chance(50);
  return {
    text: shell ? "the shell of its change is killed" : "its change is killed",
    moment: { kind: "change" },
    play(walk) {
      walk.meddle();
      for (const host of hosts)
        for (const pid of shell
          ? jobShells(walk, host)
          : walk.far.working(host).map((one) => one.pid))
          process.kill(pid, "SIGKILL");
    },
  };
}

/** The shells of jobs that have not ended, by the job directories. */
function jobShells(walk: Walk, host: HostName): readonly number[] {
  const jobs = walk.ground.path(host, ".runbook-phase/jobs");
  if (!existsSync(jobs)) return [];
  return readdirSync(jobs).flatMap((job) => {
    const files = readdirSync(`${jobs}/${job}`);
    if (files.includes("exit") || !files.includes("pid")) return [];
    const pid = Number.parseInt(readFileSync(`${jobs}/${job}/pid`, "utf8"), 10);
    return commandLine(pid).includes(walk.ground.path(host)) ? [pid] : [];
  });
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function fillDisk(random: Random): Strike {
  const host = random.pick(hosts);
  return { text: `the disk of ${host} is full`, play: (walk) => walk.machine.fillDisk(host) };
}

function fillJournal(): Strike {
  return { text: "the disk under the journal is full", play: (walk) => walk.machine.fillJournal() };
}

function blind(): Strike {
  return { text: "the check of convert goes blind", play: (walk) => walk.machine.blind() };
}

function dispatchAnother(random: Random): Strike {
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

function dispatchRollback(): Strike {
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

function takeOver(random: Random): Strike {
  const successor = random.pick(successors);
  return {
    text: `it is believed dead and lives; ${successor} acts in its place`,
    play: (walk, job) => succeed(walk, job, successor),
  };
}

/** What the job sends is on its way for so long that others act in between. */
function comeLate(random: Random): Strike {
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

function moveClock(random: Random): Strike {
  const host = random.pick(hosts);
  const seconds = random.pick([-300, -90, 90, 300]);
  return {
    text: `the clock of ${host} jumps by ${seconds} s`,
    play: (walk) => walk.machine.moveClock(host, seconds),
  };
}

/** A change that a person makes or takes back beside everything; nothing where no round is open to notice. */
export function changeByHand(walk: Walk, host: HostName, made: boolean, which: number): string {
  if (walk.state().round?.open !== true) return "nothing";
  const fits = needs[host].filter((change) => (walk.far.state(host, change) === "done") !== made);
  const change = fits[which % Math.max(1, fits.length)];
  if (change === undefined) return "nothing";
  walk.meddle();
  walk.far.byHand(host, change, made);
  return `${change}@${host}`;
}
