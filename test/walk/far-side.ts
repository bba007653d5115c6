import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hosts, needs, type Ground, type HostName } from "./ground.ts";

export type State = "done" | "partial" | "not-done";

/** One line of a ledger: a change that was made or taken back, and by whom if it was not a job. */
export interface Entry {
  readonly made: boolean;
  /** As the runbook's step is called. */
  readonly change: string;
  /** Of a change in two halves. */
  readonly half: 1 | 2 | undefined;
  readonly byHand: boolean;
}

/** Where a change can be made to stop. */
export type Hold = "before" | "after" | "undo";

/** What was really done on the hosts, seen from outside: no journal, no check, no job is asked. */
export class FarSide {
  readonly ground: Ground;

  constructor(ground: Ground) {
    this.ground = ground;
  }

  ledger(host: HostName): readonly Entry[] {
    const text = readFileSync(this.ground.path(host, "ledger"), "utf8");
    return text.split("\n").flatMap((line) => {
      const [, sign, change = "", half, by] =
        /^([+-])([a-z]+)(?:\/([12]))?( by hand)?$/.exec(line) ?? [];
      if (sign === undefined) return [];
      const number = half === "1" ? 1 : half === "2" ? 2 : undefined;
      return [{ made: sign === "+", change, half: number, byHand: by !== undefined }];
    });
  }

  /** How a change stands, by its last lines. */
  state(host: HostName, change: string): State {
    const last = this.ledger(host).findLast((entry) => entry.change === change);
    if (last === undefined || !last.made) return "not-done";
    return last.half === 1 ? "partial" : "done";
  }

  /** How everything stands that a host needs. */
  states(host: HostName): readonly State[] {
    return needs[host].map((change) => this.state(host, change));
  }

  isWhole(): boolean {
    return hosts.every((host) => this.states(host).every((state) => state === "done"));
  }

  isUntouched(): boolean {
    return hosts.every((host) => this.states(host).every((state) => state === "not-done"));
  }

  /** What makes a change on a host at this moment: process ids and the change. */
  working(host: HostName): readonly { readonly pid: number; readonly change: string }[] {
    const folder = this.ground.path(host, "var/working");
    return readdirSync(folder)
      .filter((pid) => readIfThere(`/proc/${pid}/cmdline`).includes(this.ground.path(host, "bin/")))
      .map((pid) => ({ pid: Number(pid), change: readIfThere(`${folder}/${pid}`).trim() }));
  }

  /** Somebody changes or takes back something, and no journal knows of it. */
  byHand(host: HostName, change: string, made: boolean): void {
    appendFileSync(this.ground.path(host, "ledger"), `${made ? "+" : "-"}${change} by hand\n`);
  }

  /** Every change stops before or after its line, or before it is taken back, until it may go on. */
  hold(when: Hold): void {
    for (const host of hosts) writeFileSync(this.ground.path(host, `var/hold-${when}`), "");
  }

  letGo(): void {
    for (const host of hosts)
      for (const name of ["hold-before", "hold-after", "hold-undo", "held"])
        rmSync(this.ground.path(host, `var/${name}`), { force: true });
  }

  /** The host on which a change has stopped. */
  heldOn(): HostName | undefined {
    return hosts.find((host) => existsSync(this.ground.path(host, "var/held")));
  }

  holds(): boolean {
    return hosts.some((host) =>
      readdirSync(this.ground.path(host, "var")).some((name) => name.startsWith("hold-")),
    );
  }

  /** Waits until no change is being made. */
  async quiet(): Promise<void> {
    while (hosts.some((host) => this.working(host).length > 0)) await sleep(5);
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
