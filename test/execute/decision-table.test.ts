import { describe, expect, test } from "vitest";
import { bodies } from "../support/events.ts";
import { Engine } from "../support/engine.ts";

/*
 * What the check says, beside what the journal says: together they decide.
 * The check is a file on the host, and the command says in another one that it ran.
 */

const files = {
  done: "done",
  "not-done": "not-done",
  partial: "partial",
  "cannot-tell": "who knows",
};
type Said = keyof typeof files;
type Journaled = "nothing" | "done" | "a trace-less attempt";

interface Row {
  readonly journal: Journaled;
  readonly check: Said;
  readonly also?: string;
  readonly outcome: string;
  readonly ran: 0 | 1;
  readonly says: RegExp;
}

const onPartial = "on-partial: apply";
const repeatable = "repeatable: true";

const rows: readonly Row[] = [
  { journal: "nothing", check: "done", outcome: "already-done", ran: 0, says: /: done/ },
  { journal: "nothing", check: "not-done", outcome: "succeeded", ran: 1, says: /: done/ },
  {
    journal: "nothing",
    check: "partial",
    outcome: "refused",
    ran: 0,
    says: /leaves it to a person/,
  },
  {
    journal: "nothing",
    check: "partial",
    also: onPartial,
    outcome: "succeeded",
    ran: 1,
    says: /: done/,
  },
  {
    journal: "nothing",
    check: "cannot-tell",
    outcome: "refused",
    ran: 0,
    says: /the check cannot tell/,
  },
  { journal: "done", check: "done", outcome: "already-done", ran: 0, says: /: done/ },
  {
    journal: "done",
    check: "not-done",
    outcome: "failed",
    ran: 0,
    says: /changed beneath the journal/,
  },
  {
    journal: "done",
    check: "not-done",
    also: repeatable,
    outcome: "succeeded",
    ran: 1,
    says: /: done/,
  },
  {
    journal: "done",
    check: "partial",
    outcome: "failed",
    ran: 0,
    says: /changed beneath the journal/,
  },
  {
    journal: "done",
    check: "partial",
    also: onPartial,
    outcome: "failed",
    ran: 0,
    says: /changed beneath the journal/,
  },
  {
    journal: "done",
    check: "cannot-tell",
    outcome: "refused",
    ran: 0,
    says: /the check cannot tell/,
  },
  {
    journal: "a trace-less attempt",
    check: "done",
    outcome: "already-done",
    ran: 0,
    says: /: done/,
  },
  {
    journal: "a trace-less attempt",
    check: "not-done",
    outcome: "succeeded",
    ran: 1,
    says: /: done/,
  },
  {
    journal: "a trace-less attempt",
    check: "partial",
    outcome: "refused",
    ran: 0,
    says: /leaves it to a person/,
  },
  {
    journal: "a trace-less attempt",
    check: "partial",
    also: onPartial,
    outcome: "succeeded",
    ran: 1,
    says: /: done/,
  },
  {
    journal: "a trace-less attempt",
    check: "cannot-tell",
    outcome: "unknown",
    ran: 0,
    says: /an earlier attempt was sent/,
  },
];

const step = (also = ""): string => `- id: act
  on: one
  run: echo ran >> ran; echo done > answer
  check: cat answer
  ${also}`;

async function engineWith(journal: Journaled, also?: string): Promise<Engine> {
  const engine = new Engine({ hosts: ["one"], steps: step(also) });
  await engine.through("prepare");
  const intent = {
    type: "step-intended",
    act: "it",
    id: `${engine.round}.work.act.one.1`,
    resume: {},
  } as const;
  const end = { type: "step-ended", outcome: "succeeded", detail: "", seconds: 1 } as const;
  if (journal !== "nothing") await engine.wrote("act", [intent], 1, "one");
  if (journal === "done") await engine.wrote("act", [end], undefined, "one");
  return engine;
}

describe("journal and check", () => {
  test.each(
    rows.map(
      (row) =>
        [
          `${row.journal} × ${row.check}${row.also === undefined ? "" : `, ${row.also}`}`,
          row,
        ] as const,
    ),
  )("%s", async (_, { journal, check, also, outcome, ran, says }) => {
    const engine = await engineWith(journal, also);
    engine.project.put("one", "answer", `${files[check]}\n`);
    const end = await engine.run("work");
    expect(end.outcome).toBe(outcome);
    expect(end.sentence).toMatch(says);
    expect(engine.project.read("one", "ran")).toBe("ran\n".repeat(ran));
    expect(bodies(end.events, "step-checked", "act")[0]).toMatchObject({ state: check });
    expect(bodies(end.events, "step-intended", "act")).toHaveLength(ran);
  });

  test("a new attempt has the next number, and its own id", async () => {
    const engine = await engineWith("a trace-less attempt");
    engine.project.put("one", "answer", "not-done\n");
    const end = await engine.run("work");
    const [intended] = end.events.filter(({ body }) => body.type === "step-intended");
    expect(intended).toMatchObject({
      place: { attempt: 2, host: "one" },
      body: { id: `${engine.round}.work.act.one.2` },
    });
  });

  test("the intent is in the journal before anything is sent", async () => {
    const engine = new Engine({
      hosts: ["one"],
      declarations: "",
      steps: `- id: act
  on: one
  env: { JOURNAL: "../../journal/journal.jsonl" }
  repeatable: true
  run: |
    grep -c '"step-intended"' "$JOURNAL" > seen`,
    });
    await engine.through("prepare", "work");
    expect(engine.project.read("one", "seen")).toBe("1\n");
  });

  test("a command that comes back well, and a check that does not agree: failed, with both", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- { id: act, on: one, run: touch ran, check: echo not-done }`,
    });
    await engine.through("prepare");
    const end = await engine.run("work");
    expect(end.outcome).toBe("failed");
    expect(end.sentence).toMatch(/came back well, but its check says not-done\./);
  });

  test("a check that agrees a little later is waited for", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- id: act
  on: one
  run: touch ran
  check: echo x >> asked; if [ "$(wc -l < asked)" -ge 5 ]; then echo done; else echo not-done; fi`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("succeeded");
  });

  test("a command that comes back well, and a check that cannot tell: unknown, and the next run asks again", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- { id: act, on: one, run: echo ran >> ran, check: 'if [ -e ran ]; then cat answer; else echo not-done; fi' }`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("unknown");
    engine.project.put("one", "answer", "done\n");
    expect((await engine.run("work")).outcome).toMatch(/succeeded|already-done/);
    expect(engine.project.read("one", "ran")).toBe("ran\n");
  });
});

describe("an attempt that an earlier run left", () => {
  const slow = (timeout: string): string => `- id: act
  on: one
  timeout: ${timeout}
  run: echo started >> started; while [ -d $PWD ] && [ ! -e go ]; do sleep 0.02; done; echo ended >> ended
  check: if [ -e ended ]; then echo done; else echo not-done; fi`;

  test("still runs: it is followed and never started beside itself, also when its time is over again", async () => {
    const engine = new Engine({ hosts: ["one"], steps: slow("1s") });
    await engine.through("prepare");
    const first = await engine.run("work");
    expect(first.outcome).toBe("unknown");
    expect(first.sentence).toMatch(/still running after 1 s/);
    const second = await engine.run("work");
    expect(second.outcome).toBe("unknown");
    expect(engine.project.read("one", "started")).toBe("started\n");
    engine.project.put("one", "go", "");
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("ended meanwhile: its end is read, also when it is a failure", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- id: act
  on: one
  timeout: 1s
  run: echo started >> started; while [ -d $PWD ] && [ ! -e go ]; do sleep 0.02; done; touch ended; exit 9
  check: if [ -e ran ]; then echo done; else echo not-done; fi`,
    });
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("unknown");
    engine.project.put("one", "go", "");
    for (let turn = 0; turn < 200 && engine.project.read("one", "ended") === ""; turn += 1) {
      const { stdout } = await (
        await engine.connect("one")
      ).exec({ line: "ls ended 2>/dev/null; sleep 0.02" });
      if (stdout !== "") break;
    }
    const second = await engine.run("work");
    expect(second.outcome).toBe("failed");
    expect(second.sentence).toMatch(/ended with exit status 9/);
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("all of its processes are gone without an exit status: unknown, never success; then the check decides", async () => {
    const engine = new Engine({
      hosts: ["one"],
      steps: `- id: act
  on: one
  run: echo started >> started; kill -KILL $PPID; kill -KILL $$
  check: if [ -e repaired ]; then echo done; else cat answer; fi`,
    });
    engine.project.put("one", "answer", "not-done\n");
    await engine.through("prepare");
    const first = await engine.run("work");
    expect(first.outcome).toBe("unknown");
    expect(first.sentence).toMatch(/left no exit status/);
    engine.project.put("one", "answer", "who knows\n");
    expect((await engine.run("work")).outcome).toBe("unknown");
    expect(engine.project.read("one", "started")).toBe("started\n");
    engine.project.put("one", "repaired", "");
    expect((await engine.run("work")).outcome).toBe("already-done");
    expect(engine.project.read("one", "started")).toBe("started\n");
  });

  test("its host cannot be reached: unknown, nothing is sent", async () => {
    const engine = new Engine({
      hosts: ["one", "two"],
      declarations: `readings: { flag: { on: two, run: cat flag, names: [flag] } }`,
      steps: `- id: act
  on: one
  timeout: 1s
  run: echo started >> started; while [ -d $PWD ] && [ ! -e go ]; do sleep 0.02; done
  check: { reading: flag, done: { flag: "on" } }`,
    });
    engine.project.put("two", "flag", "off\n");
    await engine.through("prepare");
    expect((await engine.run("work")).outcome).toBe("unknown");
    engine.unreachable.set("one", "one: no route to host");
    const second = await engine.run("work");
    expect(second.outcome).toBe("unknown");
    expect(second.sentence).toContain("no route to host");
    engine.unreachable.clear();
    engine.project.put("one", "go", "");
    engine.project.put("two", "flag", "on\n");
    expect((await engine.run("work")).outcome).toBe("succeeded");
    expect(engine.project.read("one", "started")).toBe("started\n");
  });
});
