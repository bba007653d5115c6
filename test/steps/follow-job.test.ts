import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Act, Attempt } from "../../src/steps/context.ts";
import { parseTerm } from "../../src/erlang/parse.ts";
import { evaluate, type EvalSpec } from "../../src/steps/eval.ts";
import type { Poll } from "../../src/steps/resources.ts";
import { raised, ScriptedConsole, value, type Answer } from "../support/scripted-console.ts";
import { reconciliation, stage, type Stage, type StageOptions } from "../support/step-context.ts";

/* A job as mover runs it: started by one call, told about by a status whose counters are never reset. */

interface Told {
  readonly state?: "ready" | "working" | "halting";
  readonly completed?: number;
  readonly failed?: number;
  readonly remaining?: number | "all";
  readonly active?: number;
  readonly fatal?: boolean;
}

function status({
  state = "ready",
  completed = 0,
  failed = 0,
  remaining = 0,
  active = 0,
  fatal = false,
}: Told): string {
  return `{ok,[{state,${state}},{orgs_completed,${completed}},{objects_remaining,${remaining}},{objects_in_progress,${active}},{objects_failed,${failed}},{fatal_stop,${fatal}}]}`;
}

const poll: Poll = {
  name: "migration",
  status: "m:status().",
  everySeconds: 3,
  before: [{ eval: "whereis(m).", expect: "Pid when is_pid(Pid)" }],
  idle: { state: "ready" },
  busy: [{ state: "working" }, { state: "halting" }],
  done: { state: "ready", objects_remaining: "0" },
  stopped: { state: "ready", objects_remaining: "all" },
  counters: { done: "orgs_completed", failed: "objects_failed" },
  sticky: { fatal_stop: "true" },
  stalled: { when: { state: "working", objects_in_progress: "0" }, times: 2, free: "m ! timeout." },
};

const spec: EvalSpec = {
  console: "shell",
  eval: "m:migrate().",
  expect: "{ok, burning_couches}",
  check: undefined,
  job: { poll: "migration", log: "mover", reconciles: "orgs" },
  otherwise: undefined,
  timeoutSeconds: 3600,
};

interface JobStage extends Stage {
  readonly shell: ScriptedConsole;
  readonly directory: string;
  /** From the intent to the end of the act, as the engine would. */
  run(spec?: EvalSpec): Promise<Act>;
  intend(): ReturnType<NonNullable<typeof evaluate.intend>>;
}

const working: Told = { state: "working", remaining: "all", active: 5 };

/** The statuses in the order in which they are asked; the last one stays. */
function jobStage(
  statuses: readonly Told[],
  answers: Record<string, Answer> = {},
  more: StageOptions = {},
): JobStage {
  const directory = mkdtempSync(join(tmpdir(), "job-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "orgs.source"), "3\n");
  writeFileSync(join(directory, "orgs.sql"), "");
  writeFileSync(join(directory, "console.log"), "");
  const shell = new ScriptedConsole({
    "whereis(m).": "<0.1.0>",
    "m:migrate().": "{ok,burning_couches}",
    "m ! timeout.": "ok",
    "orgs:keys().": '[<<"a">>,<<"b">>,<<"c">>]',
    "m:status().": (times) => status(statuses[Math.min(times, statuses.length - 1)] ?? {}),
    ...answers,
  });
  const made = stage({
    console: shell,
    directory,
    resources: {
      polls: { migration: poll },
      reconciliations: { orgs: reconciliation("orgs", ["org_failure"]) },
      logs: {
        mover: {
          name: "mover",
          on: [{ host: "one", files: join(directory, "console.log*") }],
          entry: "^\\S+ \\[(?<level>\\w+)\\] (?<message>.*)$",
        },
      },
    },
    failureRules: [{ class: "org_failure", level: "error", match: "org_failure (?<object>\\S+)" }],
    ...more,
  });
  const intend = () =>
    Promise.resolve(evaluate.intend?.(spec, made.context) ?? { act: "", resume: {} });
  return {
    ...made,
    shell,
    directory,
    intend,
    async run(step = spec) {
      const intent = await intend();
      if ("outcome" in intent) return intent;
      const attempt: Attempt = {
        number: 1,
        id: "job.1",
        resume: JSON.parse(JSON.stringify(intent.resume)),
      };
      return evaluate.apply(step, made.context, attempt);
    },
  };
}

describe("how a job ends", () => {
  const before: Told = { completed: 40, failed: 2 };
  test.each([
    [
      "to its end",
      [before, { ...working, completed: 41, failed: 2 }, { completed: 43, failed: 2 }],
      "succeeded",
      /^3 of 3 handled$/,
    ],
    [
      "with failures by its own count",
      [before, { completed: 43, failed: 3 }],
      "succeeded",
      /^3 of 3 handled, 1 failed/,
    ],
    [
      "stopped early",
      [before, working, { completed: 42, remaining: "all" }],
      "failed",
      /stopped early after 2 of 3/,
    ],
    [
      "stopped by itself",
      [before, working, { completed: 42, fatal: true }],
      "failed",
      /stopped early by itself after 2 of 3/,
    ],
    ["with nothing done", [before, before], "failed", /nothing done of 3/],
    [
      "in a state that is no end",
      [before, working, { completed: 42, remaining: 1 }],
      "failed",
      /not its end/,
    ],
  ] as const)("%s", async (_, statuses, outcome, says) => {
    const act = await jobStage(statuses).run();
    expect(act.outcome).toBe(outcome);
    expect(act.detail).toMatch(says);
  });

  test("a flag that was set before the job is not this job's", async () => {
    const act = await jobStage([
      { fatal: true },
      { ...working, fatal: true },
      { completed: 3, fatal: true },
    ]).run();
    expect(act).toMatchObject({ outcome: "succeeded" });
  });

  test("a manager that is gone in the middle is a failure, a console that is gone is unknown", async () => {
    const gone = jobStage([{}], {
      "m:status().": (times) => (times === 0 ? status({}) : raised("{noproc,m}")),
    });
    expect(await gone.run()).toMatchObject({ outcome: "failed" });
    const lost = jobStage([{}], {
      "m:status().": (times) =>
        times === 0 ? status({}) : { kind: "lost", reason: "cut", evaluated: "unknown" },
    });
    expect(await lost.run()).toMatchObject({ outcome: "unknown" });
  });

  test("still running when its time is over: unknown, and it says how it stands", async () => {
    const act = await jobStage([{}, { ...working, completed: 1 }]).run({
      ...spec,
      timeoutSeconds: 60,
    });
    expect(act.outcome).toBe("unknown");
    expect(act.detail).toMatch(/still running after 60 s: .*orgs_completed 1/);
  });

  test("progress is a difference, with the total and a rate", async () => {
    const made = jobStage([{ completed: 40 }, { ...working, completed: 41 }, { completed: 43 }]);
    await made.run();
    expect(made.observed.filter(({ kind }) => kind === "progress")).toMatchObject([
      { done: 1, total: 3, perSecond: 1 / 3 },
      { done: 3, total: 3, perSecond: 0.5 },
    ]);
  });

  test("a rate is that of this following: what was done before it says nothing", async () => {
    const statuses = [{}, { ...working, completed: 1 }, { completed: 3 }];
    const made = jobStage(statuses);
    const intent = await made.intend();
    if ("outcome" in intent) throw new Error(intent.detail);
    made.shell.kept.set("job.1", {
      kind: "value",
      term: parseTerm("{ok,burning_couches}"),
      text: "{ok,burning_couches}",
    });
    await evaluate.resume?.(spec, made.context, { number: 1, id: "job.1", resume: intent.resume });
    expect(made.observed.filter(({ kind }) => kind === "progress")).toEqual([
      { kind: "progress", done: 1, total: 3 },
      { kind: "progress", done: 3, total: 3, perSecond: 2 / 3 },
    ]);
  });

  test("it is not asked before a pause, nor faster than declared", async () => {
    const made = jobStage([{}, working, working, { completed: 3 }]);
    await made.run();
    expect(made.clock.slept).toEqual([3, 3, 3]);
  });
});

describe("a stalled job", () => {
  const stalled: Told = { ...working, completed: 1, active: 0 };

  test("is freed once, and goes on", async () => {
    const made = jobStage([{}, stalled, stalled, working, { completed: 3 }]);
    expect(await made.run()).toMatchObject({ outcome: "succeeded" });
    expect(made.shell.asked.filter((one) => one === "m ! timeout.")).toHaveLength(1);
    expect(made.observed).toContainEqual({
      kind: "note",
      text: expect.stringMatching(/stalled at 1; freed/),
    });
  });

  test("that stalls again where it was freed is left to a person", async () => {
    const made = jobStage([{}, stalled]);
    const act = await made.run();
    expect(act).toMatchObject({ outcome: "unknown", underWay: true });
    expect(act.detail).toMatch(/stalled again where it was freed before/);
    expect(made.shell.asked.filter((one) => one === "m ! timeout.")).toHaveLength(1);
  });

  test("that stalls again further on is freed again", async () => {
    const further: Told = { ...stalled, completed: 2 };
    const made = jobStage([{}, stalled, stalled, working, further, further, { completed: 3 }]);
    expect(await made.run()).toMatchObject({ outcome: "succeeded" });
    expect(made.shell.asked.filter((one) => one === "m ! timeout.")).toHaveLength(2);
  });

  test("one still moment is none", async () => {
    const made = jobStage([{}, stalled, working, stalled, working, { completed: 3 }]);
    expect(await made.run()).toMatchObject({ outcome: "succeeded" });
    expect(made.shell.asked).not.toContain("m ! timeout.");
  });
});

describe("a start without an answer", () => {
  const silent: readonly (readonly [string, Answer])[] = [
    ["no answer in time", { kind: "running", seconds: 120 }],
    ["a call that timed out", raised("{timeout,{gen_server,call,[m]}}")],
  ];

  test.each(silent)(
    "%s: the job that begins late is followed, and never sent again",
    async (_, answer) => {
      const late = [...Array.from({ length: 20 }, () => ({})), working, { completed: 3 }];
      const made = jobStage(late, { "m:migrate().": answer });
      expect(await made.run()).toMatchObject({ outcome: "succeeded" });
      expect(made.shell.sent).toHaveLength(1);
    },
  );

  test.each(silent)(
    "%s, and nothing begins: unknown, so that nothing sends it again",
    async (_, answer) => {
      const made = jobStage([{}], { "m:migrate().": answer });
      const act = await made.run();
      expect(act).toMatchObject({ outcome: "unknown", underWay: true });
      expect(act.detail).toMatch(/nothing began/);
      expect(made.shell.sent).toHaveLength(1);
    },
  );

  test.each([
    ["refused by the manager", "{error,busy_now}", "failed", /gives \{error,\s?busy_now\}, wanted/],
    [
      "a function that is not there",
      { kind: "undefined-function", text: "m:migrate/0" },
      "failed",
      /does not exist/,
    ],
    [
      "text that is not Erlang",
      { kind: "syntax-error", text: "1: syntax error" },
      "failed",
      /nothing was evaluated/,
    ],
    [
      "a console that was lost while it was sent",
      { kind: "lost", reason: "cut", evaluated: "unknown" },
      "unknown",
      /lost/,
    ],
    [
      "a console that was lost before",
      { kind: "lost", reason: "cut", evaluated: "no" },
      "failed",
      /nothing was evaluated/,
    ],
    [
      "a console in use",
      { kind: "refused", reason: "somebody is attached", next: "ask" },
      "refused",
      /attached/,
    ],
  ] as const)("%s is not followed", async (_, answer, outcome, says) => {
    const made = jobStage([{}, working], { "m:migrate().": answer });
    const act = await made.run();
    expect(act.outcome).toBe(outcome);
    expect(act.detail).toMatch(says);
    expect(made.shell.asked.filter((one) => one === "m:status().")).toHaveLength(1);
  });
});

describe("before a start", () => {
  test.each([
    ["another job is under way", [working], {}, /another migration is under way/],
    ["the manager is gone", [{}], { "whereis(m).": "undefined" }, /whereis\(m\)\. gives undefined/],
    ["the manager does not answer", [{}], { "m:status().": raised("{noproc,m}") }, /raised/],
    [
      "the dets are empty and the source is not",
      [{}],
      { "orgs:keys().": "[]" },
      /dets are empty while the source has 3/,
    ],
    [
      "the dets are not there and the source is not empty",
      [{}],
      { "orgs:keys().": raised("badarg") },
      /dets are empty while the source has 3/,
    ],
  ] as const)("%s: refused, and nothing is sent", async (_, statuses, answers, says) => {
    const made = jobStage(statuses, answers);
    const act = await made.run();
    expect(act.outcome).toBe("refused");
    expect(act.detail).toMatch(says);
    expect(made.shell.sent).toEqual([]);
  });

  test("a console that is down: refused, with what to do", async () => {
    const made = jobStage([{}]);
    made.shell.current = "down";
    expect(await made.run()).toMatchObject({
      outcome: "refused",
      next: expect.stringMatching(/start console shell/),
    });
  });
});

describe("what the log tells", () => {
  const line = (text: string): string => `10:11:12 [error] ${text}\n`;

  test("is read from where it stood before the start, rotation in between included", async () => {
    const made = jobStage([{}, working, { completed: 3 }], {
      "m:migrate().": () => {
        const log = join(made.directory, "console.log");
        appendFileSync(log, line("org_failure b"));
        renameSync(log, `${log}.0`);
        writeFileSync(log, line("org_failure c") + line("boom"));
        return value("{ok,burning_couches}");
      },
    });
    appendFileSync(join(made.directory, "console.log"), line("org_failure a"));
    const act = await made.run();
    expect(act.detail).toMatch(/in the log: org_failure 2, unknown errors 1/);
    expect(made.observed.find(({ kind }) => kind === "failures")).toMatchObject({
      log: "mover",
      unclassified: 1,
      classes: { org_failure: { count: 2, objects: ["b", "c"] } },
    });
  });

  test("is read of a job that failed, too", async () => {
    const made = jobStage([{}, working, { completed: 1, fatal: true }], {
      "m:migrate().": () => {
        appendFileSync(join(made.directory, "console.log"), line("org_failure b"));
        return value("{ok,burning_couches}");
      },
    });
    expect((await made.run()).detail).toMatch(/stopped early by itself.*in the log: org_failure 1/);
  });

  test("that was rotated away is a gap, which no number of failures stands for", async () => {
    const made = jobStage([{}, working, { completed: 3 }], {
      "m:migrate().": () => {
        rmSync(join(made.directory, "console.log"));
        writeFileSync(join(made.directory, "console.log.new"), "");
        return value("{ok,burning_couches}");
      },
    });
    appendFileSync(join(made.directory, "console.log"), line("org_failure a"));
    await made.run();
    expect(made.observed).toContainEqual(
      expect.objectContaining({ kind: "failures", unclassified: 0, gap: true }),
    );
  });

  test("that is of another format is a gap: nothing of it was understood", async () => {
    const made = jobStage([{}, working, { completed: 3 }], {
      "m:migrate().": () => {
        appendFileSync(join(made.directory, "console.log"), "<11> org_failure a\n".repeat(30));
        return value("{ok,burning_couches}");
      },
    });
    await made.run();
    expect(made.observed).toContainEqual(
      expect.objectContaining({ kind: "failures", classes: {}, gap: true }),
    );
  });

  test("in thousands comes in several events, and none is lost", async () => {
    const made = jobStage([{}, working, { completed: 3 }], {
      "m:migrate().": () => {
        const many = Array.from({ length: 4500 }, (_, index) => line(`org_failure o${index}`));
        appendFileSync(join(made.directory, "console.log"), many.join(""));
        return value("{ok,burning_couches}");
      },
    });
    await made.run();
    const parts = made.observed.flatMap((one) =>
      one.kind === "failures" ? [one.classes["org_failure"]] : [],
    );
    expect(parts.map((part) => [part?.count, part?.objects.length])).toEqual([
      [4500, 2000],
      [0, 2000],
      [0, 500],
    ]);
    expect(new Set(parts.flatMap((part) => part?.objects ?? [])).size).toBe(4500);
  });
});

describe("whether a job is done", () => {
  const check = (made: JobStage) => evaluate.check?.(spec, made.context);
  const sql = (made: JobStage, ...keys: readonly string[]): void =>
    writeFileSync(join(made.directory, "orgs.sql"), keys.map((key) => `${key}\n`).join(""));
  const failed = [
    {
      attempt: "act#1",
      classes: { org_failure: { count: 1, objects: ["c"], samples: [] } },
      unclassified: 0,
      samples: [],
    },
  ];

  test.each([
    ["nothing is in SQL", [], [], "not-done"],
    ["a part is in SQL", ["a"], [], "partial"],
    ["all is in SQL", ["a", "b", "c"], [], "done"],
    ["the rest is named by a failure", ["a", "b"], failed, "done"],
    ["something is in SQL that the dets do not have", ["a", "b", "c", "x"], [], "partial"],
  ] as const)("%s", async (_, keys, failures, state) => {
    const made = jobStage([{}], {}, { failures: () => failures });
    sql(made, ...keys);
    expect(await check(made)).toMatchObject({ state });
  });

  test("while it runs nothing is said of the objects", async () => {
    expect(await check(jobStage([working]))).toMatchObject({ state: "running" });
  });

  test("a status or a side that cannot be read is no answer", async () => {
    const noStatus = jobStage([{}], {
      "m:status().": { kind: "lost", reason: "cut", evaluated: "no" },
    });
    expect(await check(noStatus)).toMatchObject({ state: "cannot-tell" });
    const noSql = jobStage([{}]);
    rmSync(join(noSql.directory, "orgs.sql"));
    expect(await check(noSql)).toMatchObject({ state: "cannot-tell" });
  });

  test("of a kind that has no objects at the source there is nothing to do", async () => {
    const made = jobStage([{}], { "orgs:keys().": "[]" });
    writeFileSync(join(made.directory, "orgs.source"), "0\n");
    expect(await check(made)).toMatchObject({ state: "done" });
  });

  test("with empty dets and a source that is not empty it is not done", async () => {
    const made = jobStage([{}], { "orgs:keys().": "[]" });
    expect(await check(made)).toMatchObject({ state: "not-done" });
  });
});
