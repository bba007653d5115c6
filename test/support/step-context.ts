import type { Observation } from "../../src/journal/event.ts";
import type { FailureObservation, StepContext } from "../../src/steps/context.ts";
import type { Reconciliation, Resources } from "../../src/steps/resources.ts";
import type { Verdict } from "../../src/steps/verdict.ts";
import type { Connection } from "../../src/transport/connection.ts";
import type { Console } from "../../src/transport/console/console.ts";
import { LocalConnection } from "../../src/transport/local.ts";
import { FakeClock } from "./fake-clock.ts";

/** A step's surroundings for one test, and what the step said into them. */
export interface Stage {
  readonly context: StepContext;
  readonly clock: FakeClock;
  readonly observed: Observation[];
  readonly verdicts: Verdict[];
}

export interface StageOptions extends Partial<Omit<StepContext, "resources" | "console">> {
  readonly resources?: Partial<Resources>;
  readonly console?: Console;
  /** Folder in which the host's commands land. */
  readonly directory?: string;
  readonly failed?: readonly FailureObservation[];
}

const nothing: Resources = {
  readings: {},
  logs: {},
  consoles: {},
  polls: {},
  reconciliations: {},
  references: {},
  chef: undefined,
  signers: {},
};

export function stage(options: StageOptions = {}): Stage {
  const clock = new FakeClock();
  const observed: Observation[] = [];
  const verdicts: Verdict[] = [];
  const { resources, console, directory, failed, ...rest } = options;
  const context: StepContext = {
    resources: { ...nothing, ...resources },
    phase: "work",
    step: "act",
    round: "r1",
    token: 1,
    protectedEnvironment: false,
    withoutJournal: false,
    inputs: { acceptDataLoss: undefined, keep503: false },
    baseline: [],
    failureRules: [],
    stateDirectory: ".runbook-phase",
    signal: new AbortController().signal,
    wasDone: () => false,
    lastOutcome: () => undefined,
    wroteItem: () => undefined,
    passedPointOfNoReturn: () => false,
    verdictOf: () => undefined,
    probesOf: () => [],
    nodeSeen: () => undefined,
    followed: () => undefined,
    unreadLogs: () => [],
    baselineDigest: "",
    failures: () => failed ?? [],
    connect: (host) => Promise.resolve(local(host, directory)),
    console: () => {
      if (console === undefined) throw new Error("this test has no console");
      return console;
    },
    chef: () => {
      throw new Error("this test has no Chef server");
    },
    observe: async (observation) => void observed.push(observation),
    conclude: async (verdict) => void verdicts.push(verdict),
    say: () => undefined,
    secret: () => undefined,
    now: clock.now,
    sleep: clock.sleep,
    ...rest,
  };
  return { context, clock, observed, verdicts };
}

function local(name: string, directory: string | undefined): Connection {
  return new LocalConnection({ name, ...(directory === undefined ? {} : { directory }) });
}

/** A reconciliation whose sides are an expression for the dets, and commands for source and SQL. */
export function reconciliation(name: string, failures: readonly string[] = []): Reconciliation {
  const on = (line: string) => ({ host: "one", command: { line }, secretNames: {} });
  return {
    name,
    title: name,
    sides: {
      source: { type: "run", on: on(`cat ${name}.source`), gives: "number" },
      dets: { type: "eval", console: "shell", eval: `${name}:keys().`, gives: "keys" },
      sql: { type: "run", on: on(`cat ${name}.sql`), gives: "keys" },
    },
    failures,
  };
}
