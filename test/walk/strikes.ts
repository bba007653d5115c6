import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hosts, type HostName } from "./ground.ts";
import { comeLate, dispatchAnother, dispatchRollback, takeOver } from "./rivals.ts";
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

function moveClock(random: Random): Strike {
  const host = random.pick(hosts);
  const seconds = random.pick([-300, -90, 90, 300]);
  return {
    text: `the clock of ${host} jumps by ${seconds} s`,
    play: (walk) => walk.machine.moveClock(host, seconds),
  };
}
