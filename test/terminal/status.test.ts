import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Bench, bob, startBench } from "../support/bench.ts";
import { doubtfulBench } from "./support/doubtful.ts";
import { type Ended, runCli } from "./support/terminal.ts";

function argsOf(bench: Bench, ...more: readonly string[]): readonly string[] {
  const { runbookFile, inventoryFile, identityFile, knownHostsFile } = bench;
  const access = ["--identity", identityFile, "--known-hosts", knownHostsFile];
  return ["status", "--runbook", runbookFile, "--inventory", inventoryFile, ...access, ...more];
}

/** Every file of a folder with what is in it. */
function contentOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
  return Object.fromEntries(files) as Record<string, string>;
}

/** Asks, and holds that nothing beside the journal was touched and no trace of our own code is shown. */
async function ask(bench: Bench, ...more: readonly string[]): Promise<Ended> {
  const before = contentOf(bench.journalDirectory);
  const ended = await runCli(argsOf(bench, ...more));
  expect(contentOf(bench.journalDirectory)).toEqual(before);
  expect(ended.said).not.toMatch(/^\s+at .*:\d+/m);
  return ended;
}

interface Json {
  readonly [name: string]: unknown;
}

async function askJson(bench: Bench, status: number): Promise<Json> {
  const ended = await ask(bench, "--json");
  expect(ended.status, ended.said).toBe(status);
  return JSON.parse(ended.said) as Json;
}

function holdLease(bench: Bench, purpose: string, seconds: number, by = "bob"): void {
  const now = Math.floor(Date.now() / 1000);
  const holder = { run: "4712", runAttempt: 2, url: "https://github.example/runs/4712", by };
  const line = `9 ${now - 60} ${now + seconds} ${JSON.stringify({ holder, purpose })}\n`;
  writeFileSync(join(bench.journalDirectory, "lease"), line);
}

const onOne = { hosts: ["one"], journalHost: "one" } as const;

describe("where an environment is", { timeout: 120_000 }, () => {
  test("nothing was ever run: not even a journal is made", async () => {
    const bench = await startBench(onOne);
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toContain("test · small · nothing was ever run here");
    expect(said).toContain(`journal: one:${bench.journalDirectory}, 0 events`);
    expect(said).toContain("lease: nobody holds it");
    expect(said).toContain("Next: run phase prepare: it opens the first round");
    expect(existsSync(join(bench.journalDirectory, "journal.jsonl"))).toBe(false);
    expect(await askJson(bench, 0)).toMatchObject({
      version: 1,
      environment: "test",
      runbook: "small",
      state: "nothing-yet",
      certain: true,
      round: null,
      lease: null,
      last: null,
    });
  });

  test("a round that is open mid-way, with its clock, and what the last phase said comes next", async () => {
    const bench = await startBench({
      ...onOne,
      steps: `- { id: off, on: one, run: echo off >> ran, repeatable: true, downtime: starts }`,
      finish: `- { id: on, on: one, run: echo on >> ran, repeatable: true, downtime: ends }`,
      declarations: "downtime: { budget: 1h }",
    });
    await bench.through("prepare");
    const { next } = await bench.run("work");
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toMatch(/^test · small · a round is open$/m);
    expect(said).toMatch(
      /^round: r\w+, opened \S+ \S+ UTC, of ada, run 4711 \(https:\/\/github\.example\/runs\/4711\)\n {2}open$/m,
    );
    expect(said).toMatch(/^ {2}✅ succeeded · prepare, begun .* UTC, ended .* UTC after /m);
    expect(said).toMatch(/^ {2}✅ succeeded · work, begun/m);
    expect(said).toMatch(/^ {2}➖ not reached · finish$/m);
    expect(said).toMatch(
      /^downtime: 00:\d\d of 1:00:00, since .*; writes are down, and the clock runs$/m,
    );
    expect(next).not.toBe("");
    expect(said).toContain(`Next: ${next}`);
    const json = await askJson(bench, 0);
    expect(json).toMatchObject({
      state: "open",
      certain: true,
      round: { open: true, owner: { run: "4711", by: "ada" }, closedBy: null },
      phases: [
        { id: "prepare", state: "succeeded", attempts: 1 },
        { id: "work", state: "succeeded" },
        { id: "finish", state: "not-started", startedAt: null },
      ],
      downtime: { running: true, budgetSeconds: 3600, endedAt: null },
      doubts: [],
      next,
    });
  });

  test("a phase that failed: it is known, so the exit status is 0, and its own words come next", async () => {
    const bench = await startBench({
      ...onOne,
      steps: `- { id: check, on: one, assert: echo no, expect: "yes", next: "ask carol" }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work");
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toMatch(/^ {2}⛔ refused · work, begun/m);
    expect(said).toContain(`last: ⛔ Refused: ${ran.sentence}`);
    expect(said).toContain(`Next: ${ran.next}`);
  });

  test("something in doubt: what is known of it and what would tell; the exit status is 4", async () => {
    const bench = await doubtfulBench();
    const { status, said } = await ask(bench);
    expect(status, said).toBe(4);
    for (const words of [
      "test · small · ❓ something is in doubt",
      "❓ unknown · work",
      "in doubt: work/act@one: Do it",
      `echo "$WHAT" >> ran`,
      "by: ada, run 4711 (https://github.example/runs/4711)",
      "its end: one: its processes are gone",
      "its check: cannot-tell",
      `on one (ssh -p ${bench.port("one")} operator@127.0.0.1):`,
      "export WHAT='it'\\''s'",
      "node dist/cli.js resolve --environment test --step work/act@one --ruling done",
      "Next: re-run phase work: it joins what still runs",
    ])
      expect(said).toContain(words);
    const { doubts, ...json } = await askJson(bench, 4);
    expect(json).toMatchObject({ state: "in-doubt", certain: false, lease: null });
    expect(doubts).toMatchObject([
      {
        name: "work/act@one",
        attempt: 1,
        sentBy: { run: "4711" },
        check: { state: "cannot-tell" },
      },
    ]);
  });

  test("ruled on since: nothing is in doubt any more, and the phase is to be re-run", async () => {
    const bench = await doubtfulBench();
    const [, ...same] = argsOf(bench);
    const ruling = ["--step", "act", "--ruling", "done", "--reason", "looked", "--yes"];
    const ruled = await runCli(["resolve", "--environment", "test", ...same, ...ruling]);
    expect(ruled.status, ruled.said).toBe(0);
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toContain("Next: re-run phase work: grace gave a ruling since it ended");
  });

  test("a round that is closed, by what, and in which state", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare", "work", "finish");
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toContain("test · small · the last round is closed");
    expect(said).toMatch(/^ {2}closed by chain \S+ \S+ UTC/m);
    expect(await askJson(bench, 0)).toMatchObject({
      state: "closed",
      round: { open: false, closedBy: "chain" },
    });
  });
});

describe("the lease", { timeout: 120_000 }, () => {
  test("that somebody holds: who, since when, until when", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare");
    holdLease(bench, "work", 600);
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toContain("test · small · somebody acts on it now");
    expect(said).toMatch(
      /^lease: held by bob, run 4712 attempt 2 \(https:\/\/github\.example\/runs\/4712\), for work, since .* UTC, until .* UTC \(\d+ s from now\)/m,
    );
    expect(said).toContain("Next: wait: work is under way at https://github.example/runs/4712");
    expect(await askJson(bench, 0)).toMatchObject({
      state: "running",
      lease: { holder: { by: "bob", run: "4712" }, purpose: "work", expired: false },
    });
  });

  test("that ran out, and one that is none", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare");
    holdLease(bench, "work", -10);
    const expired = await ask(bench);
    expect(expired.status, expired.said).toBe(0);
    expect(expired.said).toMatch(
      /^lease: nobody holds it; that of bob, .* and was not given back$/m,
    );
    writeFileSync(join(bench.journalDirectory, "lease"), "rubbish ::error::x\n");
    const rubbish = await ask(bench);
    expect(rubbish.status, rubbish.said).toBe(4);
    expect(rubbish.said).toContain("this is not a lease");
  });

  test("a phase whose runner died while it was under way has no end, and nobody runs it", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare", "work");
    const lines = bench.journalText().trimEnd().split("\n");
    const started = lines.findIndex(
      (line) => line.includes('"phase-started"') && line.includes('"phase":"work"'),
    );
    const file = join(bench.journalDirectory, "journal.jsonl");
    writeFileSync(file, `${lines.slice(0, started + 1).join("\n")}\n`);
    const { status, said } = await ask(bench);
    expect(status, said).toBe(4);
    expect(said).toMatch(/^ {2}❓ no end recorded · work, begun/m);
    expect(said).toContain("Next: re-run phase work");
    holdLease(bench, "work", 600);
    const running = await ask(bench);
    expect(running.status, running.said).toBe(0);
    expect(running.said).toMatch(/^ {2}▶ running · work, begun/m);
  });
});

describe("what cannot be read", { timeout: 180_000 }, () => {
  test("a journal that was edited: which line, and what to do", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare");
    const file = join(bench.journalDirectory, "journal.jsonl");
    writeFileSync(file, bench.journalText().replace('"by":"ada"', '"by":"eve"'));
    const { status, said } = await ask(bench);
    expect(status, said).toBe(4);
    expect(said).toContain("❓ the journal cannot be read");
    expect(said).toMatch(/journal\.jsonl:1: this line was changed/);
    expect(said).toMatch(/^Next: find out who changed the file/m);
    expect(await askJson(bench, 4)).toMatchObject({
      state: "unreadable",
      certain: false,
      journal: { events: null, problem: { what: expect.stringContaining("changed") } },
      round: null,
    });
  });

  test("a torn end is left where it is, and is no reason to stop", async () => {
    const bench = await startBench(onOne);
    await bench.through("prepare");
    appendFileSync(join(bench.journalDirectory, "journal.jsonl"), '{"version":1,"seq');
    const { status, said } = await ask(bench);
    expect(status, said).toBe(0);
    expect(said).toContain("a round is open");
  });

  test("a directory without its marker, and a host that takes no connection", async () => {
    const bench = await startBench(onOne);
    rmSync(join(bench.journalDirectory, "environment"));
    const unmarked = await ask(bench);
    expect(unmarked.status, unmarked.said).toBe(4);
    expect(unmarked.said).toContain("no file `environment`");
    expect(unmarked.said).toMatch(/^Next: if this is where the journal of "test" belongs/m);
    await bench.stop("one");
    const gone = await ask(bench);
    expect(gone.status, gone.said).toBe(4);
    expect(gone.said).toContain("❓ the journal cannot be read");
    expect(gone.said).toMatch(/^Next: \S+/m);
    expect(await askJson(bench, 4)).toMatchObject({ state: "unreadable", lease: null });
  });

  test("a journal that a rollback kept elsewhere is found, whether the journal answers or not", async () => {
    const bench = await startBench({
      hosts: ["one", "two"],
      journalHost: "one",
      phases: `- id: back
  dispatched: rollback
  round: closes
  steps:
    - { id: flip, on: two, run: echo back >> acts, repeatable: true }`,
    });
    await bench.through("prepare", "work");
    await bench.stop("one");
    const copyFile = join(bench.directory, "bob", "c.jsonl");
    const back = await bench.run("back", { actor: bob, copyFile });
    expect(back.outcome, back.sentence).toBe("succeeded");
    const without = await ask(bench);
    expect(without.status, without.said).toBe(4);
    expect(without.said).toMatch(
      /^kept elsewhere: two:\S*stand-in-journal, \d+ events, by a rollback/m,
    );
    expect(without.said).toContain(`Next: ${back.next}`);
    await bench.start("one");
    const standIn = bench.path("two", ".runbook-phase/stand-in-journal");
    const before = contentOf(standIn);
    const both = await ask(bench);
    expect(both.status, both.said).toBe(0);
    expect(both.said).toContain("kept elsewhere: two:");
    expect(both.said).toContain("a round is open");
    expect(contentOf(standIn)).toEqual(before);
    await bench.stop("two");
    expect((await ask(bench)).said).toContain("not asked, since they do not answer: two");
  });
});

describe("how it is asked", { timeout: 120_000 }, () => {
  test("foreign text is no command of anybody's", async () => {
    const bench = await startBench({
      ...onOne,
      steps: `- { id: check, on: one, assert: 'printf "::error::x\\033[31m##[group]y"', expect: "yes" }`,
    });
    await bench.through("prepare");
    await bench.run("work", { actor: { ...bob, by: "::bob\u001b[31m", run: "4711" } });
    for (const more of [[], ["--json"]]) {
      const { said } = await ask(bench, ...more);
      expect(said).toContain(": :error: :x");
      for (const mark of ["::", "##[", "\u001b", "\\u001b"]) expect(said).not.toContain(mark);
    }
  });

  test("a journal on this machine needs no key; the environment may be named", async () => {
    const bench = await startBench({ hosts: ["one"] });
    const files = ["--runbook", bench.runbookFile, "--inventory", bench.inventoryFile];
    const named = await runCli(["status", "--environment", "test", ...files]);
    expect(named.status, named.said).toBe(0);
    expect(named.said).toContain("nothing was ever run here");
    const other = await runCli(["status", "--environment", "prod", ...files]);
    expect(other).toMatchObject({ status: 3, said: expect.stringContaining("prod was asked") });
  });

  test("what is wrong with the call is said, and what was meant", async () => {
    const bench = await startBench(onOne);
    writeFileSync(join(bench.directory, "empty"), "");
    const rows: readonly (readonly [readonly string[], number, string])[] = [
      [["status"], 2, "--inventory FILE or --environment NAME is missing"],
      [["status", "--jsno"], 2, "there is no option --jsno; did you mean --json?"],
      [["statsu"], 2, "there is no command statsu; did you mean status?"],
      [["status", "--inventory", "none.yml"], 3, "none.yml"],
      [argsOf(bench).map((word) => (word === bench.identityFile ? "none" : word)), 3, "ENOENT"],
    ];
    for (const [args, status, words] of rows) {
      const ended = await runCli(args);
      expect(ended).toMatchObject({ status, said: expect.stringContaining(words) });
      expect(ended.said).not.toMatch(/^\s+at .*:\d+/m);
    }
    writeFileSync(join(bench.journalDirectory, "environment"), "prod\n");
    const wrong = await ask(bench);
    expect(wrong).toMatchObject({ status: 3, said: expect.stringContaining('wanted "test"') });
    expect((await runCli(["status", "--help"])).said).toContain("The exit status is 0 when");
  });
});
