import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/execute/exit-code.ts";
import { outcomes } from "../../src/journal/event.ts";
import { startBench } from "../support/bench.ts";
import { bodies, hostEnds, stepEnds } from "../support/events.ts";

describe("exit codes", () => {
  test.each([
    ["succeeded", 0],
    ["already-done", 0],
    ["refused", 3],
    ["failed", 1],
    ["cancelled", 130],
    ["unknown", 4],
  ] as const)("%s is %i", (outcome, code) => {
    expect(exitCodeOf(outcome)).toBe(code);
  });

  test("every outcome has one", () => {
    expect(outcomes.map(exitCodeOf)).not.toContain(undefined);
  });
});

interface Row {
  readonly step: string;
  readonly outcome: string;
  readonly says: RegExp;
}

const rows: readonly (readonly [string, Row])[] = [
  [
    "a command that ends well",
    { step: "run: touch made", outcome: "succeeded", says: /^work: done/ },
  ],
  [
    "an exit status",
    { step: "run: exit 7", outcome: "failed", says: /one: ended with exit status 7/ },
  ],
  [
    "a signal to the command",
    { step: "run: kill -TERM $$", outcome: "failed", says: /one: was killed by signal SIGTERM/ },
  ],
  [
    "a kill of the command",
    { step: "run: kill -KILL $$", outcome: "failed", says: /one: was killed by signal SIGKILL/ },
  ],
  [
    "a read-only condition before anything was changed",
    { step: `assert: "false"`, outcome: "refused", says: /one: ended with exit status 1/ },
  ],
  [
    "an answer that is not the wanted one",
    { step: 'assert: echo 2\n  expect: "3"', outcome: "refused", says: /one: 2, wanted 3/ },
  ],
  [
    "a sudo that wants a password",
    { step: "run: sudo true", outcome: "failed", says: /one: sudo asks for a password/ },
  ],
  [
    "a sudo that wants a password, in a question",
    { step: "assert: sudo true", outcome: "refused", says: /sudo asks for a password/ },
  ],
];

const sudoWithPassword = `#!/bin/sh
if [ -t 0 ]; then read -r password; fi
echo 'sudo: a terminal is required to read the password; either use the -S option' >&2
echo 'sudo: a password is required' >&2
exit 1
`;

describe("what a step's end makes of its phase", () => {
  test.each(rows)("%s", async (_, { step, outcome, says }) => {
    const repeatable = step.startsWith("run") ? "\n  repeatable: true" : "";
    const bench = await startBench({
      hosts: ["one"],
      steps: `- id: act\n  on: one\n  ${step}${repeatable}`,
    });
    bench.put("one", "bin/sudo", sudoWithPassword);
    chmodSync(bench.path("one", "bin/sudo"), 0o755);
    await bench.through("prepare");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe(outcome);
    expect(ran.sentence).toMatch(says);
    expect(bodies(ran.own, "phase-ended")).toMatchObject([{ outcome, sentence: ran.sentence }]);
    expect(stepEnds(ran.own)).toEqual([`act: ${outcome}`]);
  });

  test("a condition that fails after something was changed is a failure", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: `- { id: change, on: one, run: touch changed, repeatable: true }
- { id: look, on: one, assert: "false" }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe("failed");
    expect(stepEnds(ran.own)).toEqual(["change: succeeded", "look: failed"]);
    expect(ran.sentence).toContain("Completed: 1 of 2 steps");
  });

  test("sudo that wants a password says what to do", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: "- { id: act, on: one, run: sudo true, repeatable: true }",
    });
    bench.put("one", "bin/sudo", sudoWithPassword);
    chmodSync(bench.path("one", "bin/sudo"), 0o755);
    await bench.through("prepare");
    expect((await bench.run("work")).next).toMatch(/sudo without a password/);
  });

  test("a host that cannot be reached refuses, and names the host", async () => {
    const bench = await startBench({
      hosts: ["one"],
      steps: `- { id: act, on: one, assert: "true" }`,
    });
    await bench.through("prepare");
    const ran = await bench.run("work", { knownHosts: "" });
    expect(ran.outcome).toBe("refused");
    expect(ran.sentence).toMatch(/one/);
    expect(ran.next).toMatch(/known.hosts/i);
  });
});

describe("order", () => {
  const failsOn = (order: string): string => `- id: act
  on: all
  order: ${order}
  env: { ME: "\${me}", BAD: two }
  repeatable: true
  run: echo here >> ran; [ "$ME" != "$BAD" ]`;

  test("serial: the host after a failure is never touched, and named as not started", async () => {
    const bench = await startBench({ steps: failsOn("serial") });
    await bench.through("prepare");
    const ran = await bench.run("work");
    expect(ran.outcome).toBe("failed");
    expect(hostEnds(ran.own, "act")).toEqual(["one: succeeded", "two: failed"]);
    expect(bench.hosts.map((host) => bench.read(host, "ran"))).toEqual(["here\n", "here\n", ""]);
    expect(ran.sentence).toMatch(/two: ended with exit status 1; not started: three/);
  });

  test("serial: the next host waits until this one is verified", async () => {
    const bench = await startBench({
      steps: `- id: act
  on: all
  env: { ROOT: "\${folder}" }
  run: ls -d "$ROOT"/../*/verified > seen 2>/dev/null; touch ran
  check: if [ -e ran ]; then touch verified; echo done; else echo not-done; fi`,
    });
    await bench.through("prepare", "work");
    const seen = bench.hosts.map((host) => bench.read(host, "seen").split("\n").length - 1);
    expect(seen).toEqual([0, 1, 2]);
  });

  test.each([
    ["rolling by two", "{ rolling: 2 }", ["here\n", "here\n", "", "", ""]],
    ["rolling by percent, rounded down", '{ rolling: "50%" }', ["here\n", "here\n", "", "", ""]],
    ["rolling by less than one host", '{ rolling: "1%" }', ["here\n", "here\n", "", "", ""]],
    ["parallel", "parallel", ["here\n", "here\n", "here\n", "here\n", "here\n"]],
  ])("%s: the batch with the failure is the last", async (_, order, ran) => {
    const bench = await startBench({
      hosts: ["one", "two", "three", "four", "five"],
      steps: failsOn(order),
    });
    await bench.through("prepare");
    const { outcome } = await bench.run("work");
    expect(outcome).toBe("failed");
    expect(bench.hosts.map((host) => bench.read(host, "ran"))).toEqual(ran);
  });

  test.each([
    ["serial", "order: serial", 1],
    ["rolling by two", "order: { rolling: 2 }", 2],
    ["parallel with a limit", "order: parallel\n  limit: 3", 3],
    ["parallel without a limit", "order: parallel", 5],
  ])("%s: so many at once and no more", async (_, order, most) => {
    const bench = await startBench({
      hosts: ["one", "two", "three", "four", "five"],
      steps: `- id: act
  on: all
  ${order}
  repeatable: true
  env: { ROOT: "\${folder}", MOST: "${most}" }
  run: |
    cd "$ROOT/.." && mkdir -p at-work && mkdir "at-work/$$" && ls at-work | wc -l >> ../together
    for turn in $(seq 200); do
      [ "$(ls at-work | wc -l)" -ge "$MOST" ] && break
      [ -e last ] && break
      sleep 0.02
    done
    touch last; ls at-work | wc -l >> ../together; sleep 0.1; rmdir "at-work/$$"`,
    });
    await bench.through("prepare", "work");
    const together = bench.read(".", "../together").trim().split(/\s+/).map(Number);
    expect(together.length).toBe(10);
    expect(Math.max(...together)).toBe(most);
  });
});

describe("secrets", () => {
  const secret = "hunter2-and-more";

  test("stand in no line of the journal, on the host or of the runner, even when a command prints them", async () => {
    const bench = await startBench({
      hosts: ["one"],
      declarations: "secrets: { token: {} }",
      steps: `- { id: question, on: one, secrets: { TOKEN: token }, assert: 'echo "$TOKEN"' }
- id: act
  on: one
  secrets: { TOKEN: token }
  run: echo "it is $TOKEN"; echo "and $TOKEN" >&2; printf %s "$TOKEN" > got
  check: if [ -e got ]; then echo "$TOKEN"; echo done; else echo not-done; fi
- { id: fails, on: one, secrets: { TOKEN: token }, repeatable: true, run: 'echo "$TOKEN" >&2; exit 1' }`,
    });
    const secrets = { token: secret };
    await bench.run("prepare", { secrets });
    const ran = await bench.run("work", { secrets });
    expect(ran.sentence).toMatch(/"Fails" failed/);
    expect(bench.read("one", "got")).toBe(secret);
    expect(bench.journalText()).toContain("it is ***");
    expect(bench.journalText()).not.toContain(secret);
    expect(JSON.stringify(ran.events)).not.toContain(secret);
  });

  test("one that the runbook needs and nobody gave is named, and nothing is done", async () => {
    const bench = await startBench({
      hosts: ["one"],
      declarations: "secrets: { token: {} }",
      steps: "- { id: act, on: one, secrets: { TOKEN: token }, run: touch ran, repeatable: true }",
    });
    const ran = await bench.run("prepare");
    expect(ran.outcome).toBe("refused");
    expect(ran.sentence).toContain("token");
    expect(bench.journalText()).toBe("");
  });
});
