import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/journal/event.ts";
import { clientKey, startChef } from "../chef/local-chef.ts";
import { startBench } from "../support/bench.ts";
import { bodies } from "../support/events.ts";
import { argsOf, doubtfulBench, mustBeUnknown, step } from "./support/doubtful.ts";
import { runCli, runInTerminal } from "./support/terminal.ts";

const ruling = (word: string): readonly string[] => [
  "--step",
  "work/act",
  "--ruling",
  word,
  "--reason",
  "I looked at it's file",
];

function eventsOf(text: string): Event[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

describe("what is in doubt", { timeout: 120_000 }, () => {
  test("is listed with what is known of it and what would tell, and nothing is touched", async () => {
    const bench = await doubtfulBench();
    const before = bench.journalText();
    const files = readdirSync(bench.journalDirectory);
    const { status, said } = await runCli(argsOf(bench));
    expect(status, said).toBe(0);
    const [intended] = eventsOf(before).filter(({ body }) => body.type === "step-intended");
    const id = intended?.body.type === "step-intended" ? intended.body.id : "";
    for (const words of [
      "in doubt in test: work/act@one",
      "work/act@one: Do it",
      `echo "$WHAT" >> ran`,
      "by: ada, run 4711 (https://github.example/runs/4711)",
      "its end: one: its processes are gone",
      'its check: cannot-tell: one: the check\'s last line is "no idea"',
      /on one \(ssh -p \d+ operator@127\.0\.0\.1\):\n +export WHAT='it'\\''s'\n +if \[ -e answer \]/,
      `tail -n 20 .runbook-phase/jobs/${id}/exit`,
      "gh workflow run resolve.yml -f environment=test -f step=work/act@one",
      "node dist/cli.js resolve --environment test --step work/act@one --ruling done",
    ])
      expect(said).toMatch(words);
    expect(bench.journalText()).toBe(before);
    expect(readdirSync(bench.journalDirectory)).toEqual(files);
  });

  test("is named on a host that a search found, from the journal alone", async () => {
    const chef = await startChef();
    chef.nodes.set("two", { role: ["db"], fqdn: "127.0.0.1" });
    const bench = await startBench({
      hosts: ["one", "two"],
      unlisted: ["two"],
      journalHost: "one",
      steps: step.replace("on: one", "on: db"),
      declarations: `secrets: { chef_key: { optional: true } }
chef: { url: "${chef.url}", client: runner, key: chef_key, on: one }`,
    });
    bench.change({
      inventory: `  db: { search: "role:db", user: operator, port: ${bench.port("two")} }`,
    });
    const prepared = await bench.run("prepare", { secrets: { chef_key: clientKey } });
    expect(prepared.outcome, prepared.sentence).toBe("succeeded");
    await chef.stop();
    await mustBeUnknown(bench, "work");
    const { status, said } = await runCli(argsOf(bench));
    expect(status, said).toBe(0);
    expect(said).toContain("in doubt in test: work/act@two");
    expect(said).toContain(`on two (ssh -p ${bench.port("two")} operator@127.0.0.1):`);
  });

  test("the commands that tell do tell, pasted into a shell of that host", async () => {
    const bench = await doubtfulBench();
    const { said } = await runCli(argsOf(bench));
    const [, pasted = ""] = /operator@127\.0\.0\.1\):\n([\s\S]*?)\n +tail -n 20/.exec(said) ?? [];
    const answer = execFileSync("/bin/sh", ["-c", pasted], { cwd: bench.path("one") });
    expect(answer.toString()).toBe("no idea\n");
  });

  test("nothing, before anything happened: not even a journal is made", async () => {
    const bench = await startBench({ hosts: ["one"], journalHost: "one" });
    const { status, said } = await runCli(argsOf(bench));
    expect({ status, said }).toEqual({ status: 0, said: "nothing is in doubt in test\n" });
    expect(existsSync(join(bench.journalDirectory, "journal.jsonl"))).toBe(false);
  });
});

describe("a ruling from a terminal", { timeout: 120_000 }, () => {
  test("done: is recorded with who and why, and the phase goes on without sending again", async () => {
    const bench = await doubtfulBench();
    const { status, said } = await runInTerminal(argsOf(bench, ...ruling("done")), [
      ["type the environment's name (test): ", "test\n"],
    ]);
    expect(status, said).toBe(0);
    expect(said).toContain("ruled done: where the check of work/act@one still cannot tell");
    expect(said).toContain("✅ Succeeded: resolve: work/act@one ruled done by grace");
    expect(said).toContain("Next: re-run phase work");
    const last = eventsOf(bench.journalText()).at(-1);
    expect(last).toMatchObject({
      actor: { run: "terminal:grace", by: "grace", url: "" },
      place: { phase: "work", step: "act", host: "one" },
      body: { type: "ruling", ruling: "done", reason: "I looked at it's file", by: "grace" },
    });
    expect(existsSync(join(bench.journalDirectory, "lease"))).toBe(false);
    const again = await bench.run("work");
    expect(again).toMatchObject({ outcome: "already-done" });
    expect(bodies(again.own, "step-ended", "act")[0]?.detail).toContain("ruled done by grace");
    expect(bench.read("one", "ran")).toBe("it's\n");
  });

  test("not done, with --yes where nobody sits: the phase sends it again as attempt 2", async () => {
    const bench = await doubtfulBench();
    const { status, said } = await runCli(argsOf(bench, ...ruling("not-done"), "--yes"));
    expect(status, said).toBe(0);
    expect(said).toContain("it is sent again, as attempt 2");
    bench.put("one", "calm", "");
    const again = await bench.run("work");
    expect(again).toMatchObject({ outcome: "succeeded" });
    expect(bench.read("one", "ran")).toBe("it's\nit's\n");
    expect((await runCli(argsOf(bench))).said).toBe("nothing is in doubt in test\n");
  });

  test("without a ruling the phase stays where it is, however often it is re-run", async () => {
    const bench = await doubtfulBench();
    const again = await bench.run("work");
    expect(again.outcome).toBe("unknown");
    expect(again.next).toContain("resolve");
    expect(bench.read("one", "ran")).toBe("it's\n");
  });
});

describe("a budget from a terminal", { timeout: 120_000 }, () => {
  const steps = `- { id: off, on: one, run: echo off >> ran, repeatable: true, downtime: starts }`;
  const finish = `- { id: on, on: one, run: echo on >> ran, repeatable: true, downtime: ends }`;
  const declarations = "downtime: { budget: 1h }";
  const budget = (word: string): readonly string[] =>
    ["--step", "downtime", "--ruling", word, "--reason", "agreed"] as const;

  test("is listed while writes are down, shown before it is recorded, and kept with who and why", async () => {
    const bench = await startBench({ hosts: ["one"], steps, finish, declarations });
    await bench.through("prepare", "work");
    const listed = await runCli(argsOf(bench));
    expect(listed.said).toMatch(
      /writes are down for 00:\d\d of 1:00:00\n.*--ruling budget=DURATION/,
    );
    const { status, said } = await runInTerminal(argsOf(bench, ...budget("budget=3h")), [
      ["type the environment's name (test): ", "test\n"],
    ]);
    expect(status, said).toBe(0);
    expect(said).toMatch(/a budget of 3:00:00 in all leaves 2:59:\d\d; phase finish goes on/);
    expect(eventsOf(bench.journalText()).at(-1)?.body).toEqual({
      type: "downtime-budget",
      seconds: 10_800,
      reason: "agreed",
      by: "grace",
    });
  });

  test("is refused where it is spent already, and a usage error where it is no duration", async () => {
    const bench = await startBench({ hosts: ["one"], steps, finish, declarations });
    await bench.through("prepare", "work");
    const before = bench.journalText();
    const spent = await runCli(argsOf(bench, ...budget("budget=1ms"), "--yes"));
    expect(spent).toMatchObject({ status: 3, said: expect.stringContaining("is spent already") });
    const wrong = await runCli(argsOf(bench, ...budget("budget=soon"), "--yes"));
    expect(wrong).toMatchObject({ status: 2, said: expect.stringContaining("budget=DURATION") });
    expect(bench.journalText()).toBe(before);
  });
});
