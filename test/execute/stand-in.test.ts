import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/journal/event.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { replay } from "../../src/journal/replay.ts";
import { ada, bob, startBench, type Bench } from "../support/bench.ts";
import { bodies, stepEnds } from "../support/events.ts";
import { environment } from "../support/project.ts";

/* A rollback waits for nothing, also not for the journal: it keeps its events elsewhere, and they join it later. */

const declarations = "readings: { mode: { on: two, run: cat mode, names: [mode, writes] } }";
const steps = `- id: close
  on: two
  downtime: starts
  run: echo close >> acts; printf 'couch\\nclosed\\n' > mode
  check: if grep -q closed mode; then echo done; else echo not-done; fi
- id: flip
  on: two
  run: echo flip >> acts; printf 'sql\\nclosed\\n' > mode
  check: if grep -q sql mode; then echo done; else echo not-done; fi`;
const finish = `- { id: keep, snapshot: at-reopening, on: two, tables: { rows: cat rows } }
- id: open
  on: two
  downtime: ends
  point-of-no-return: true
  run: echo open >> acts; printf 'sql\\nopen\\n' > mode
  check: if grep -q open mode; then echo done; else echo not-done; fi`;
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - id: count
      on: two
      loss:
        since: at-reopening
        without-snapshot: { reading: mode, is: { writes: closed } }
        unless: { reading: mode, is: { mode: couch } }
      tables: { rows: cat rows }
    - id: flip-back
      on: two
      run: if rm rows-gone 2>/dev/null; then exit 1; fi; echo back >> acts; printf 'couch\\nclosed\\n' > mode
      check: if grep -q couch mode; then echo done; else echo not-done; fi
    - id: open-again
      on: two
      downtime: ends
      run: echo open-again >> acts; printf 'couch\\nopen\\n' > mode
      check: if grep -q open mode; then echo done; else echo not-done; fi`;

const carol = { ...bob, run: "5000", by: "carol" };

async function fleet(): Promise<Bench> {
  const bench = await startBench({
    hosts: ["one", "two"],
    journalHost: "one",
    declarations,
    steps,
    finish,
    phases,
  });
  bench.put("two", "mode", "couch\nopen\n");
  bench.put("two", "rows", "a|1\n");
  return bench;
}

/** Each run has a runner of its own, so it brings no copy of the journal. */
const fresh = (bench: Bench, name: string) => ({
  copyFile: join(bench.directory, name, "c.jsonl"),
});

function journal(bench: Bench): readonly Event[] {
  return readJournal(bench.journalText(), { file: "journal", environment }).events;
}

const kept = (bench: Bench): string => bench.path("two", ".runbook-phase/stand-in-journal");

describe("a rollback whose journal host takes no connection", () => {
  test("comes through, and says where its events are", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    await bench.stop("one");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(back.outcome).toBe("succeeded");
    expect(back.sentence).toMatch(/journal could not be used .*kept on two:.*joins the journal/s);
    expect(bench.read("two", "mode")).toBe("couch\nopen\n");
    expect(existsSync(join(kept(bench), "journal.jsonl"))).toBe(true);
    expect(existsSync(join(kept(bench), "lease"))).toBe(false);
    expect(readFileSync(back.journalFile ?? "", "utf8")).toBe(
      readFileSync(join(kept(bench), "journal.jsonl"), "utf8"),
    );
  });

  test("joins the journal with the next round: once, in its round, with its clock stopped", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    await bench.stop("one");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    await bench.start("one");
    const next = await bench.run("prepare", { actor: carol, ...fresh(bench, "carol") });
    expect(next.outcome).toBe("succeeded");
    const [first] = replay(journal(bench)).rounds;
    expect(first).toMatchObject({ open: false, closedBy: "rollback", owner: { run: ada.run } });
    const inFirst = replay(journal(bench)).inRound(first?.id ?? "");
    expect(inFirst.downtime(new Date())).toMatchObject({ running: false });
    expect(inFirst.phase("back")).toMatchObject({ done: true, attempts: 1 });
    const joined = journal(bench).filter(({ actor }) => actor.run === bob.run);
    expect(joined.map(({ at }) => at)).toEqual(
      back.own.filter(({ body }) => body.type !== "round-opened").map(({ at }) => at),
    );
    expect(bodies(journal(bench), "repaired")[0]?.detail).toContain("kept on two:");
    expect(readdirSync(kept(bench)).filter((name) => name.startsWith("joined-"))).toHaveLength(1);
  });

  test("numbers its attempts after those that the journal knew already", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    bench.put("two", "rows-gone", "");
    const first = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(first.outcome).toBe("failed");
    await bench.stop("one");
    const again = { ...bob, runAttempt: 2 };
    await bench.run("back", { actor: again, ...fresh(bench, "bob2") });
    await bench.start("one");
    await bench.run("prepare", { actor: carol, ...fresh(bench, "carol") });
    const attempts = journal(bench).flatMap(({ body, place }) =>
      body.type === "step-intended" && place.step === "flip-back" ? [place.attempt] : [],
    );
    expect(attempts).toEqual([1, 2]);
  });

  test("is not joined a second time when its file could not be put aside", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    await bench.stop("one");
    await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    const text = readFileSync(join(kept(bench), "journal.jsonl"), "utf8");
    await bench.start("one");
    await bench.run("prepare", { actor: carol, ...fresh(bench, "carol") });
    writeFileSync(join(kept(bench), "journal.jsonl"), text);
    await bench.run("back", { actor: bob, ...fresh(bench, "bob2") });
    expect(bodies(journal(bench), "repaired")).toHaveLength(1);
  });

  test("leaves no way for the run that it overtook, before and after the journal is back", async () => {
    const bench = await fleet();
    await bench.through("prepare");
    await bench.stop("one");
    await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    await bench.start("one");
    const late = await bench.run("work");
    expect(late.outcome).toBe("refused");
    expect(late.sentence).toContain("was closed by rollback");
    expect(bench.read("two", "acts")).not.toContain("close");
  });

  test("fences a run that cannot see its events yet", async () => {
    const bench = await fleet();
    await bench.through("prepare");
    await bench.stop("one");
    await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    const file = join(kept(bench), "journal.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, "");
    await bench.start("one");
    const late = await bench.run("work");
    expect(late.outcome).toBe("refused");
    expect(late.sentence).toMatch(/newer/);
    expect(late.next).toContain("dispatch it again");
    expect(bench.read("two", "acts")).not.toContain("close");
    writeFileSync(file, text);
    expect((await bench.run("work")).sentence).toContain("was closed by rollback");
  });

  test("asks for what was written since reopening, against the latest snapshot", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work", "finish");
    bench.put("two", "rows", "a|2\nb|1\n");
    await bench.stop("one");
    const asked = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(asked.outcome).toBe("refused");
    expect(asked.next).toContain("accept-data-loss 2");
    expect(bench.read("two", "mode")).toBe("sql\nopen\n");
    const given = { acceptDataLoss: 2, actor: bob, ...fresh(bench, "bob2") };
    expect((await bench.run("back", given)).outcome).toBe("succeeded");
    expect(bench.read("two", "mode")).toBe("couch\nopen\n");
  });

  test("does not take closed writes for a round that never reopened", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work", "finish");
    bench.put("two", "rows", "a|2\n");
    bench.put("two", "mode", "sql\nclosed\n");
    await bench.stop("one");
    const asked = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(asked.outcome).toBe("refused");
    expect(asked.next).toContain("accept-data-loss 1");
  });

  test("asks nothing where nothing was ever kept and writes are closed", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    await bench.stop("one");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(stepEnds(back.own)[0]).toBe("count: succeeded");
  });
});

describe("a journal that cannot be used", () => {
  const ruin: readonly (readonly [string, (bench: Bench) => void])[] = [
    [
      "was edited",
      ({ journalDirectory }) => {
        const file = join(journalDirectory, "journal.jsonl");
        writeFileSync(file, readFileSync(file, "utf8").replace('"by":"ada"', '"by":"eve"'));
      },
    ],
    [
      "is of a newer version",
      ({ journalDirectory }) =>
        appendFileSync(join(journalDirectory, "journal.jsonl"), '{"version":9}\n'),
    ],
  ];
  test.each(ruin)("because it %s stops every phase but the rollback", async (_, spoil) => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    spoil(bench);
    expect((await bench.run("finish", fresh(bench, "ada"))).outcome).toBe("refused");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(back.outcome).toBe("succeeded");
    expect(bench.read("two", "mode")).toBe("couch\nopen\n");
  });

  test("because it takes no line stops every phase but the rollback, at once", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    const full = `if [ "$1" = -c ] && [ $# -eq 2 ]; then echo "head: No space left on device" >&2; exit 1; fi`;
    bench.put("one", "bin/head", `#!/bin/sh\n${full}\nexec /usr/bin/head "$@"\n`);
    chmodSync(bench.path("one", "bin/head"), 0o755);
    const stopped = await bench.run("finish", fresh(bench, "ada"));
    expect(stopped.next).toContain("make room on the disk");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(back.outcome).toBe("succeeded");
    expect(back.sentence).toMatch(/No space left on device.*kept on two:/);
    expect(bench.read("two", "mode")).toBe("couch\nopen\n");
    expect(existsSync(join(bench.journalDirectory, "lease"))).toBe(false);
    rmSync(bench.path("one", "bin/head"));
    const late = await bench.run("finish", { actor: { ...ada, runAttempt: 2 } });
    expect(late.sentence).toContain("was closed by rollback");
  });

  test("because it is another environment's stops the rollback too", async () => {
    const bench = await fleet();
    await bench.through("prepare", "work");
    writeFileSync(join(bench.journalDirectory, "environment"), "prod\n");
    const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
    expect(back.outcome).toBe("refused");
    expect(back.sentence).toContain('belongs to environment "prod"');
    expect(bench.read("two", "mode")).toBe("sql\nclosed\n");
  });
});

test("without a host that can keep its events a rollback is refused and changes nothing", async () => {
  const bench = await fleet();
  await bench.through("prepare", "work");
  await bench.stop("one");
  bench.put("two", ".runbook-phase/stand-in-journal", "in the way\n");
  const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
  expect(back.outcome).toBe("refused");
  expect(back.sentence).toMatch(
    /journal cannot be used .*no host .* can keep one.*two:\S+: no journal can be kept there: /,
  );
  expect(back.next).toMatch(
    /one of these is enough: check address.*; or make room on the disk of two/,
  );
  expect(bench.read("two", "mode")).toBe("sql\nclosed\n");
});

test("a rollback whose journal has no room, and whose other hosts do not answer, says both", async () => {
  const bench = await fleet();
  await bench.through("prepare", "work");
  bench.put("one", "bin/mkdir", `#!/bin/sh\necho "mkdir: No space left on device" >&2\nexit 1\n`);
  chmodSync(bench.path("one", "bin/mkdir"), 0o755);
  await bench.stop("two");
  const back = await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
  expect(back.outcome).toBe("refused");
  expect(back.sentence).toContain("two does not answer");
  expect(back.next).toMatch(/make room on the disk.*; or reach two\. Then dispatch this again/);
});

test("a rollback that still acts on its own journal is not joined by anybody else", async () => {
  const bench = await fleet();
  await bench.through("prepare", "work");
  await bench.stop("one");
  await bench.run("back", { actor: bob, ...fresh(bench, "bob") });
  await bench.start("one");
  const holding = JSON.stringify({ holder: bob, purpose: "back" });
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(join(kept(bench), "lease"), `1001 ${now} ${now + 100} ${holding}\n`);
  const next = await bench.run("prepare", { actor: carol, ...fresh(bench, "carol") });
  expect(next.outcome).toBe("refused");
  expect(next.sentence).toMatch(/keeps its own on two:.*under way.*run 4712/);
});

test("a phase whose journal host goes away ends the step in hand, says how, and stops", async () => {
  const bench = await startBench({
    hosts: ["one", "two"],
    journalHost: "one",
    steps: `- id: act
  on: two
  run: while [ ! -e go ]; do sleep 0.05; done; echo acted >> acts
  check: if [ -e acts ]; then echo done; else echo not-done; fi
- { id: after, on: two, run: touch after, repeatable: true }`,
  });
  await bench.through("prepare");
  let gone: Promise<void> | undefined;
  const ran = await bench.run("work", {
    onEvent: ({ body }) => {
      if (body.type === "step-intended")
        gone = bench.stop("one").then(() => bench.put("two", "go", ""));
    },
  });
  await gone;
  expect(ran.outcome).toBe("unknown");
  expect(ran.sentence).toMatch(
    /the connection to the journal was lost.*"Act" on two, ended before that: succeeded/,
  );
  expect(bench.read("two", "acts")).toBe("acted\n");
  expect(existsSync(bench.path("two", "after"))).toBe(false);
  await bench.start("one");
  const again = await bench.run("work", { actor: { ...ada, runAttempt: 2 } });
  expect(again.outcome).toBe("succeeded");
  expect(bench.read("two", "acts")).toBe("acted\n");
});
