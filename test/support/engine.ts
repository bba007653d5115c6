import {
  executePhase,
  type PhaseEnd,
  type PhaseExecution,
} from "../../src/execute/execute-phase.ts";
import { prepare } from "../../src/execute/prepare.ts";
import type { Actor, Event, EventBody } from "../../src/journal/event.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { localStore } from "../../src/journal/local-store.ts";
import { phaseOf } from "../../src/plan/make-plan.ts";
import type { Console } from "../../src/transport/console/console.ts";
import { LocalConnection } from "../../src/transport/local.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { ada } from "./bench.ts";
import { FakeClock } from "./fake-clock.ts";
import { createProject, environment, type Project, type ProjectOptions } from "./project.ts";

export interface EngineOptions extends ProjectOptions {
  readonly consoles?: Readonly<Record<string, Console>>;
}

export interface PhaseEnded extends PhaseEnd {
  readonly events: readonly Event[];
  readonly said: readonly string[];
}

/** The engine on real shells and a real journal, with a clock of its own: nothing waits in real time. */
export class Engine {
  readonly project: Project;
  readonly clock = new FakeClock();
  readonly consoles: Readonly<Record<string, Console>>;
  actor: Actor = ada;
  /** Hosts whose connection fails, with the reason. */
  readonly unreachable = new Map<string, string>();

  constructor(options: EngineOptions) {
    this.project = createProject(options);
    this.consoles = options.consoles ?? {};
  }

  /** Runs one phase; what it is given may be changed. */
  async run(phaseId: string, changed: Partial<PhaseExecution> = {}): Promise<PhaseEnded> {
    const { project, clock, actor } = this;
    const { plan, runbook } = prepare({ ...project, environment, vars: {} });
    const journal = await this.#journal();
    journal.setToken(1);
    const said: string[] = [];
    const events: Event[] = [];
    this.clock.pass(60);
    try {
      const end = await executePhase({
        plan,
        phase: phaseOf(plan, phaseId),
        journal,
        actor,
        inputs: { acceptDataLoss: undefined, keep503: false },
        reason: undefined,
        baseline: [],
        baselineDigest: "none",
        failureRules: runbook.failureRules,
        stateDirectory: ".runbook-phase",
        token: 1,
        mayMutate: () => undefined,
        signal: new AbortController().signal,
        connect: (host) => this.connect(host),
        console: (name) => this.console(name),
        secret: () => undefined,
        secretValues: [],
        now: clock.now,
        sleep: clock.sleep,
        say: (line) => said.push(line),
        onEvent: (event) => events.push(event),
        ...changed,
      });
      return { ...end, events, said };
    } finally {
      await journal.close();
    }
  }

  /** Runs phases that must succeed. */
  async through(...phases: readonly string[]): Promise<void> {
    for (const phase of phases) {
      const { outcome, sentence } = await this.run(phase);
      if (outcome !== "succeeded") throw new Error(`${phase} ${outcome}: ${sentence}`);
    }
  }

  /** Writes events as an earlier run of the phase would have left them. */
  async wrote(
    step: string,
    bodies: readonly EventBody[],
    attempt?: number,
    host?: string,
  ): Promise<void> {
    const journal = await this.#journal();
    const at = attempt === undefined ? {} : { attempt };
    const on = host === undefined ? {} : { host };
    for (const body of bodies) await journal.append({ phase: "work", step, ...at, ...on }, body);
    await journal.close();
  }

  get round(): string {
    const [first] = this.project.journalText().split("\n");
    return (JSON.parse(first ?? "") as Event).round;
  }

  connect(host: string): Promise<Connection> {
    const reason = this.unreachable.get(host);
    if (reason !== undefined) return Promise.reject(new Error(reason));
    const directory = this.project.path(host);
    return Promise.resolve(
      new LocalConnection({ name: host, directory, env: { ...process.env, HOME: directory } }),
    );
  }

  console(name: string): Console {
    const found = this.consoles[name];
    if (found === undefined) throw new Error(`the test has no console ${name}`);
    return found;
  }

  #journal() {
    return openJournal({
      store: localStore({ directory: this.project.journalDirectory, environment }),
      copyFile: undefined,
      environment,
      runbook: "small",
      actor: this.actor,
      now: this.clock.now,
    });
  }
}
