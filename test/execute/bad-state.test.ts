import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/journal/event.ts";
import { writeLine } from "../../src/journal/line.ts";
import { type Bench, type Ran, startBench } from "../support/bench.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Repeatable and without a check: what is misread of its job would be sent a second time. */
const steps = `- id: act
  on: one
  repeatable: true
  run: |
    echo ran >> runs
    echo begun
    while [ ! -e go ]; do sleep 0.05; done
    touch made`;

/** A phase that was cancelled while its command runs on. */
async function leftRunning(): Promise<{ readonly bench: Bench; readonly job: string }> {
  const bench = await startBench({ hosts: ["one"], journalHost: "one", steps });
  await bench.through("prepare");
  const stop = new AbortController();
  const onSay = (line: string): void => void (line.endsWith("begun") && stop.abort());
  const { outcome, sentence } = await bench.run("work", { signal: stop.signal, onSay });
  if (outcome !== "cancelled") throw new Error(`work ${outcome}: ${sentence}`);
  const jobs = bench.path("one", ".runbook-phase/jobs");
  const [name = ""] = readdirSync(jobs);
  return { bench, job: join(jobs, name) };
}

/** The wait for a check that might still say done takes no real time. */
function rerun(bench: Bench): Promise<Ran> {
  return bench.run("work", { clock: new FakeClock() });
}

async function letGo(bench: Bench): Promise<void> {
  bench.put("one", "go", "");
  await expect.poll(() => existsSync(bench.path("one", "made")), { timeout: 30_000 }).toBe(true);
}

type Edit = (job: string) => void;

const write =
  (file: string, text: string): Edit =>
  (job) =>
    writeFileSync(join(job, file), text);
const remove =
  (file: string): Edit =>
  (job) =>
    rmSync(join(job, file), { recursive: true });

type Row = readonly [what: string, edit: Edit, says: RegExp];

const whileItRuns: readonly Row[] = [
  ["another command", write("command", "echo something else\n"), /command is another command/],
  ["no command", remove("command"), /has no command but (claim|exit|err)/],
  ["a pid that is none", write("pid", "not a number at all\n"), /pid is not what was written/],
  ["an empty pid", write("pid", ""), /pid is not what was written/],
  ["no pid", remove("pid"), /has no pid/],
  ["a claim and nothing else", onlyClaim, /has no command but claim/],
  ["a file in its place", fileInstead, /is not the directory that was made there/],
  ["a link in its place", linkInstead, /is not the directory that was made there/],
  ["another step's directory in its place", anotherStep, /command is another command/],
];

const whenItEnded: readonly Row[] = [
  ["a command that is a link", linked("command"), /command is a link/],
  ["a pid without the rest", write("pid", "4711\n"), /pid is not what was written/],
  ["an exit that is none", write("exit", "all went well\n"), /exit says "all went well"/],
  ["an empty exit", write("exit", ""), /exit says ""/],
  ["an exit of bytes", write("exit", "\u0000\u0001exited 0\u0000"), /exit says/],
  ["an exit that is a directory", directoryAt("exit"), /exit is no file/],
  ["no output", remove("out"), /has no out/],
  ["errors that are a link", linked("err"), /err is a link/],
];

function linked(file: string): Edit {
  return (job) => {
    renameSync(join(job, file), join(job, "..", `kept-${file}`));
    symlinkSync(join(job, "..", `kept-${file}`), join(job, file));
  };
}

function directoryAt(file: string): Edit {
  return (job) => {
    rmSync(join(job, file), { force: true });
    mkdirSync(join(job, file));
  };
}

function onlyClaim(job: string): void {
  for (const file of readdirSync(job)) if (file !== "claim") rmSync(join(job, file));
}

function fileInstead(job: string): void {
  renameSync(job, `${job}-moved`);
  writeFileSync(job, "");
}

function linkInstead(job: string): void {
  renameSync(job, `${job}-moved`);
  symlinkSync(`${job}-moved`, job);
}

function anotherStep(job: string): void {
  cpSync(job, `${job}-copy`, { recursive: true });
  writeFileSync(join(`${job}-copy`, "command"), "echo other\n");
  renameSync(job, `${job}-moved`);
  renameSync(`${job}-copy`, job);
}

describe("a job directory that somebody edited", { timeout: 180_000 }, () => {
  test.each(whileItRuns)("while its command runs: %s", async (_, edit, says) => {
    const { bench, job } = await leftRunning();
    edit(job);
    const again = await rerun(bench);
    expect(again.outcome).toBe("unknown");
    expect(again.sentence).toMatch(says);
    expect(bench.read("one", "runs")).toBe("ran\n");
    await letGo(bench);
  });

  test.each(whenItEnded)("after its command ended: %s", async (_, edit, says) => {
    const { bench, job } = await leftRunning();
    await letGo(bench);
    await expect.poll(() => existsSync(join(job, "exit")), { timeout: 30_000 }).toBe(true);
    edit(job);
    const again = await rerun(bench);
    expect(again.outcome).toBe("unknown");
    expect(again.sentence).toMatch(says);
    expect(bench.read("one", "runs")).toBe("ran\n");
  });

  test("is followed once it is put back", async () => {
    const { bench, job } = await leftRunning();
    const pid = readFileSync(join(job, "pid"));
    writeFileSync(join(job, "pid"), "rubbish\n");
    expect((await rerun(bench)).outcome).toBe("unknown");
    writeFileSync(join(job, "pid"), pid);
    bench.put("one", "go", "");
    expect((await bench.run("work")).outcome).toBe("succeeded");
    expect(bench.read("one", "runs")).toBe("ran\n");
  });
});

/** A run that must be refused, and must have left journal, hosts and the files of the journal's directory alone. */
async function refusalOf(bench: Bench, phase = "work"): Promise<string> {
  const files = (): readonly string[] => readdirSync(bench.journalDirectory).sort();
  const [before, had] = [bench.journalText(), files()];
  const { outcome, sentence, own } = await bench.run(phase);
  expect({ outcome, own }).toEqual({ outcome: "refused", own: [] });
  expect({ text: bench.journalText(), files: files() }).toEqual({ text: before, files: had });
  expect(bench.read("one", "runs")).toBe("");
  return sentence;
}

async function prepared(): Promise<Bench> {
  const bench = await startBench({ hosts: ["one"], journalHost: "one", steps });
  await bench.through("prepare");
  return bench;
}

const holder = '{"holder":{"run":"1","runAttempt":1,"url":"","by":"eve"},"purpose":"work"}';
const far = "99999999999";

const noLeases: readonly (readonly [string, string | Buffer])[] = [
  ["nothing", ""],
  ["an empty line", "\n"],
  ["bytes", Buffer.from([0, 255, 254, 10, 0, 13, 10])],
  ["two lines", `7 1 ${far} ${holder}\n8 1 ${far} ${holder}\n`],
  ["no end of line", `7 1 ${far} ${holder}`],
  ["very much", `7 1 ${far} {"${"x".repeat(3_000_000)}"}\n`],
  ["something else than JSON", `7 1 ${far} {who}\n`],
  ["another JSON", `7 1 ${far} {"holder":"eve"}\n`],
  ["a token with a leading zero", `07 1 ${far} ${holder}\n`],
  ["a negative token", `-7 1 ${far} ${holder}\n`],
  ["a token too large for a shell", `99999999999999999999 1 ${far} ${holder}\n`],
  ["a time that is none", `7 1 soon ${holder}\n`],
  ["a rubbish lease that has expired", `7 1 2 {who}\n`],
];

const noTokens: readonly (readonly [string, string | Buffer])[] = [
  ["nothing", ""],
  ["a word", "many\n"],
  ["a leading zero", "007\n"],
  ["a negative number", "-3\n"],
  ["bytes", Buffer.from([0, 200, 10])],
];

describe("rubbish in the lease", { timeout: 180_000 }, () => {
  test.each([
    ["lease", noLeases],
    ["lease-token", noTokens],
  ] as const)("%s: refused and named, and the file stays", async (name, rows) => {
    const bench = await prepared();
    const file = join(bench.journalDirectory, name);
    for (const [what, text] of rows) {
      writeFileSync(file, text);
      expect(await refusalOf(bench), what).toContain(`one:${file}: this is not a lease`);
      expect(readFileSync(file).equals(Buffer.from(text)), what).toBe(true);
    }
  });

  test.each(["lease", "lease-token"])("a directory in the place of %s", async (name) => {
    const bench = await prepared();
    const file = join(bench.journalDirectory, name);
    rmSync(file, { force: true });
    mkdirSync(file);
    expect(await refusalOf(bench)).toContain(`one:${file}: this is not a lease`);
  });
});

/** The journal's last line written anew, sealed, with something else in it. */
function rewriteLast(bench: Bench, change: (event: Event) => object): void {
  const lines = bench.journalText().trimEnd().split("\n");
  const { seal: _, ...last } = JSON.parse(lines.pop() ?? "") as Event;
  const line = writeLine({ ...last, ...change(last) });
  const text = [...lines, line, ""].join("\n");
  writeFileSync(join(bench.journalDirectory, "journal.jsonl"), text);
  rmSync(join(bench.directory, "copy.jsonl"));
}

describe(
  "a journal that is not this environment's, or not of this version",
  { timeout: 120_000 },
  () => {
    test("its marker names another environment", async () => {
      const bench = await prepared();
      writeFileSync(join(bench.journalDirectory, "environment"), "prod\n");
      expect(await refusalOf(bench)).toContain('belongs to environment "prod", wanted "test"');
    });

    test("one of its events is of another environment", async () => {
      const bench = await prepared();
      rewriteLast(bench, () => ({ environment: "prod" }));
      expect(await refusalOf(bench)).toMatch(/journal\.jsonl:\d+: belongs to environment "prod"/);
    });

    test("a later version wrote it", async () => {
      const bench = await prepared();
      rewriteLast(bench, () => ({ version: 2 }));
      expect(await refusalOf(bench)).toMatch(/journal\.jsonl:\d+: this line has journal version 2/);
    });

    test("the runner's copy is of another environment", async () => {
      const bench = await prepared();
      const copy = join(bench.directory, "copy.jsonl");
      writeFileSync(copy, readFileSync(copy, "utf8").replaceAll('"test"', '"prod"'));
      expect(await refusalOf(bench)).toMatch(
        /copy\.jsonl:1: this line of the runner's copy differs/,
      );
    });
  },
);
