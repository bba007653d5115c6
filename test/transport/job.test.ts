import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { type JobOptions, type JobResult, type JobSpec, runJob } from "../../src/transport/job.ts";
import { presentToken, readJob, removeOldJobs, stopJob } from "../../src/transport/job-control.ts";
import { LocalConnection } from "../../src/transport/local.ts";
import { busybox, hasBusybox } from "../support/busybox.ts";

const scratch = mkdtempSync(join(tmpdir(), "jobs-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A host in a folder: a shell of its own kind, and only the tools that this kind of host has. */
function hosts(): readonly (readonly [string, string, LocalConnection, string])[] {
  const toolsOfBusybox = toolbox("busybox", busybox, [
    "sh",
    "awk",
    "cat",
    "chmod",
    "date",
    "dd",
    "find",
    "grep",
    "head",
    "kill",
    "ln",
    "ls",
    "mkdir",
    "mv",
    "ps",
    "rm",
    "rmdir",
    "setsid",
    "sleep",
    "sync",
    "tail",
    "touch",
    "tr",
    "wc",
    "env",
    "yes",
    "seq",
  ]);
  const bare = toolbox("no-setsid", "", [
    "cat",
    "date",
    "dd",
    "find",
    "head",
    "ln",
    "mkdir",
    "mv",
    "nohup",
    "rm",
    "rmdir",
    "sleep",
    "sync",
    "tail",
    "touch",
    "tr",
    "wc",
    "env",
    "seq",
  ]);
  const kinds = [
    ["dash", "/bin/dash", process.env["PATH"] ?? ""],
    ["bash", "/bin/bash", process.env["PATH"] ?? ""],
    ...(hasBusybox ? [["busybox", join(toolsOfBusybox, "sh"), toolsOfBusybox] as const] : []),
    ["dash without setsid", "/bin/dash", bare],
  ] as const;
  return kinds.map(([name, shell, path]) => {
    const directory = mkdtempSync(join(scratch, "host-"));
    return [
      name,
      shell,
      new LocalConnection({ shell: [shell], directory, env: { PATH: path } }),
      directory,
    ] as const;
  });
}

function toolbox(name: string, program: string, tools: readonly string[]): string {
  const directory = join(scratch, name);
  mkdirSync(directory);
  for (const tool of tools) {
    const real =
      program === ""
        ? ["/bin", "/usr/bin"].map((bin) => join(bin, tool)).find((path) => readable(path))
        : program;
    if (real !== undefined) symlinkSync(real, join(directory, tool));
  }
  return directory;
}

function withWord(text: string, at: number, word: string): string {
  return text.split(" ").with(at, word).join(" ");
}

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

describe.each(hosts())("a job on a host with %s", (kind, shell, host, directory) => {
  const state = ".state";
  let count = 0;
  const newSpec = (line: string, more: Partial<JobSpec["command"]> = {}): JobSpec => {
    count += 1;
    return { id: `job-${count}`, command: { line, ...more }, stateDirectory: state, token: 5 };
  };
  const run = (spec: JobSpec, options: JobOptions = {}): Promise<JobResult> =>
    runJob(host, spec, { shell, ...options });
  const jobFile = (spec: JobSpec, name: string): string =>
    join(directory, state, "jobs", spec.id, name);
  const running = async (spec: JobSpec, wanted = "running"): Promise<void> => {
    while ((await readJob(host, state, spec.id)).kind !== wanted) await sleep(20);
  };

  test("ends with its status, its outputs apart and its directory", async () => {
    const spec = newSpec("echo out; echo err >&2; exit 7");
    expect(await run(spec)).toEqual({
      kind: "ended",
      end: { kind: "exited", status: 7 },
      stdout: "out\n",
      stderr: "err\n",
      outBytes: 4,
      errBytes: 4,
      started: true,
      directory: join(directory, state, "jobs", spec.id),
    });
    expect(await readJob(host, state, spec.id)).toMatchObject({
      kind: "ended",
      end: { status: 7 },
      outBytes: 4,
      errBytes: 4,
    });
  });

  test.each([
    ["exit 0", { kind: "exited", status: 0 }],
    ["exit 255", { kind: "exited", status: 255 }],
    ["no-such-program-at-all", { kind: "exited", status: 127 }],
    ["if then", { kind: "exited", status: 2 }],
    ["kill -KILL $$", { kind: "signalled", signal: "SIGKILL" }],
    ["kill -TERM $$", { kind: "signalled", signal: "SIGTERM" }],
    ["cd /nowhere || exit 12", { kind: "exited", status: 12 }],
  ])("%s", async (line, end) => {
    expect(await run(newSpec(line))).toMatchObject({ kind: "ended", end });
  });

  test("runs once however often and at once it is asked for", async () => {
    const spec = newSpec('echo ran >>counter; echo "$RUN"; sleep 0.3', {
      directory,
      env: { RUN: "same" },
    });
    const all = await Promise.all(Array.from({ length: 5 }, () => run(spec)));
    expect(await run(spec)).toMatchObject({ kind: "ended", started: false, stdout: "same\n" });
    expect(
      all.filter((result) => result.kind === "ended" && result.stdout === "same\n"),
    ).toHaveLength(5);
    expect(all.filter((result) => result.kind === "ended" && result.started)).toHaveLength(1);
    expect(readFileSync(join(directory, "counter"), "utf8")).toBe("ran\n");
    rmSync(join(directory, "counter"));
  });

  test("goes on when nobody follows, and is followed from the byte where following stopped", async () => {
    const spec = newSpec(
      "echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; echo bad >&2; rm go",
      { directory },
    );
    const stop = new AbortController();
    const first = await run(spec, { signal: stop.signal, onOutput: () => stop.abort() });
    expect(first).toMatchObject({
      kind: "left-running",
      sent: true,
      started: true,
      stdout: "one\n",
      outBytes: 4,
      errBytes: 0,
    });
    await running(spec);
    writeFileSync(join(directory, "go"), "");
    const second = await run(spec, { from: { stdout: 4, stderr: 0 } });
    expect(second).toMatchObject({
      kind: "ended",
      started: false,
      stdout: "two\n",
      stderr: "bad\n",
      outBytes: 8,
      errBytes: 4,
    });
  });

  test("a thousand lines arrive whole, in order and while it runs", async () => {
    const lines: string[] = [];
    const result = await run(
      newSpec("i=0; while [ $i -lt 1000 ]; do echo line $i ü; i=$((i + 1)); done"),
      { onOutput: (_, line) => lines.push(line) },
    );
    expect(result).toMatchObject({ kind: "ended" });
    expect(lines).toEqual(Array.from({ length: 1000 }, (_, index) => `line ${index} ü`));
  });

  test("of much output only the end is kept, and every byte is counted", async () => {
    const result = await run(newSpec("head -c 40000001 /dev/zero; printf end"), { tailBytes: 10 });
    expect(result).toMatchObject({
      kind: "ended",
      stdout: `${"\0".repeat(7)}end`,
      outBytes: 40_000_004,
    });
  });

  test("output that looks like an answer of ours is only output", async () => {
    const spec = newSpec("echo end 0 0 exited 0; echo vanished 0 0; printf 'no newline'");
    expect(await run(spec)).toMatchObject({
      kind: "ended",
      stdout: "end 0 0 exited 0\nvanished 0 0\nno newline",
    });
  });

  test("has an empty standard input and the user's own umask", async () => {
    const mask = (await host.exec({ line: "umask" })).stdout;
    expect(await run(newSpec("cat; umask"))).toMatchObject({ stdout: mask });
  });

  test("secrets reach it and stand in no command line and no file", async () => {
    const secret = "un'believably\nsecret";
    const line =
      'printf %s "$KEY"; for each in /proc/[0-9]*/cmdline; do cat "$each"; done >&2 2>/dev/null; sleep 0.3';
    const spec = newSpec(line, { secrets: { KEY: secret } });
    const result = await run(spec);
    expect(result).toMatchObject({ kind: "ended", stdout: secret });
    expect(result.kind === "ended" && result.stderr).toContain(shell);
    expect(result.kind === "ended" && result.stderr).not.toContain("believably");
    const files = readdirSync(jobFile(spec, "."), { withFileTypes: true }).filter(
      (file) => file.isFile() && file.name !== "out",
    );
    expect(files.map((file) => file.name)).toContain("command");
    for (const file of files)
      expect(readFileSync(jobFile(spec, file.name), "utf8")).not.toContain("believably");
  });

  test("any environment arrives exactly", async () => {
    const value = fc.string({
      unit: fc.constantFrom("'", '"', "\n", "$", "`", "\\", " ", "é", "🦊", "a", "=", "!"),
    });
    await fc.assert(
      fc.asyncProperty(value, value, async (a, b) => {
        const spec = newSpec('printf "%s|%s" "$A" "$B"', { env: { A: a }, secrets: { B: b } });
        expect(await run(spec)).toMatchObject({ kind: "ended", stdout: `${a}|${b}` });
      }),
      { numRuns: 8 },
    );
  });

  test("a directory that holds another command is refused and left alone", async () => {
    const spec = newSpec("echo first");
    await run(spec);
    const other = await run({ ...spec, command: { line: "echo second" } });
    expect(other).toMatchObject({ kind: "refused", reason: "other-command" });
    const otherEnvironment = await run({ ...spec, command: { ...spec.command, env: { A: "1" } } });
    expect(otherEnvironment).toMatchObject({ kind: "refused", reason: "other-command" });
    expect(await run(spec)).toMatchObject({ kind: "ended", stdout: "first\n", started: false });
  });

  test.each([
    ["command", (spec: JobSpec) => rmSync(jobFile(spec, "command"))],
    ["exit", (spec: JobSpec) => writeFileSync(jobFile(spec, "exit"), "all went well\n")],
    ["pid", (spec: JobSpec) => writeFileSync(jobFile(spec, "pid"), "not a number at all\n")],
  ])("an edited directory (%s) is refused", async (_, edit) => {
    const spec = newSpec("echo first");
    await run(spec);
    edit(spec);
    expect(await run(spec)).toMatchObject({ kind: "refused", reason: "bad-directory" });
  });

  test("a state directory that cannot be one is refused", async () => {
    writeFileSync(join(directory, "file"), "");
    const result = await run({ ...newSpec("echo ran >>should-not"), stateDirectory: "file/state" });
    expect(result).toMatchObject({
      kind: "refused",
      reason: "bad-directory",
      detail: expect.stringMatching(/file/),
    });
  });

  test("a wrapper that was killed is recognised, and what it left behind is named", async () => {
    const spec = newSpec("echo begun; sleep 30; echo never");
    const following = run(spec);
    await running(spec);
    while (readFileSync(jobFile(spec, "out"), "utf8") === "") await sleep(10);
    const pid = Number(readFileSync(jobFile(spec, "pid"), "utf8").split(" ")[0]);
    process.kill(pid, "SIGKILL");
    const result = await following;
    expect(result).toMatchObject({ kind: "vanished", stdout: "begun\n", outBytes: 6 });
    const survivors = result.kind === "vanished" ? result.survivors : [];
    expect(survivors).not.toEqual([]);
    expect(await readJob(host, state, spec.id)).toMatchObject({ kind: "vanished", survivors });
    for (const survivor of survivors) process.kill(survivor, "SIGKILL");
    expect(await run(spec)).toMatchObject({ kind: "vanished", started: false, survivors: [] });
  });

  test("one whose directory was removed while it runs is not taken for one that never began", async () => {
    onTestFinished(() => writeFileSync(join(directory, "go-on"), ""));
    const spec = newSpec("while [ ! -e go-on ]; do sleep 0.1 || exit; done");
    const stop = new AbortController();
    const following = run(spec, { signal: stop.signal });
    await running(spec);
    const pid = Number(readFileSync(jobFile(spec, "pid"), "utf8").split(" ")[0]);
    rmSync(jobFile(spec, ""), { recursive: true, maxRetries: 10 });
    stop.abort();
    await following;
    const left = await readJob(host, state, spec.id);
    expect(left).toMatchObject({ kind: "vanished" });
    expect(left.kind === "vanished" ? left.survivors : []).toContain(pid);
    writeFileSync(join(directory, "go-on"), "");
    await expect
      .poll(() => readJob(host, state, spec.id), { timeout: 30_000 })
      .toEqual({ kind: "absent" });
  }, 60_000);

  test("one that was there is not started again when its directory is gone", async () => {
    onTestFinished(() => writeFileSync(join(directory, "let-go"), ""));
    const line = "echo began >>began; while [ ! -e let-go ]; do sleep 0.1 || exit; done";
    const spec = newSpec(line, { directory });
    const stop = new AbortController();
    const following = run(spec, { signal: stop.signal });
    await running(spec);
    const pid = Number(readFileSync(jobFile(spec, "pid"), "utf8").split(" ")[0]);
    stop.abort();
    await following;
    rmSync(jobFile(spec, ""), { recursive: true, maxRetries: 10 });
    const again = await run(spec, { mustExist: true, from: { stdout: 3, stderr: 0 } });
    expect(again).toMatchObject({ kind: "vanished", directory: undefined, outBytes: 3 });
    expect(again.kind === "vanished" ? again.survivors : []).toContain(pid);
    writeFileSync(join(directory, "let-go"), "");
    await expect
      .poll(() => readJob(host, state, spec.id), { timeout: 30_000 })
      .toEqual({ kind: "absent" });
    expect(await run(spec, { mustExist: true })).toMatchObject({ kind: "vanished", survivors: [] });
    expect(readFileSync(join(directory, "began"), "utf8")).toBe("began\n");
    expect(await readJob(host, state, spec.id)).toEqual({ kind: "absent" });
    rmSync(join(directory, "began"));
  }, 60_000);

  test("one that has not begun is barred before it is called ended, and a look bars nothing", async () => {
    const spec = newSpec("echo ran");
    mkdirSync(jobFile(spec, ""), { recursive: true });
    writeFileSync(jobFile(spec, "command"), "echo ran\n");
    const nothing = { kind: "vanished", survivors: [] };
    expect(await readJob(host, state, spec.id)).toMatchObject(nothing);
    expect(readdirSync(jobFile(spec, ""))).toEqual(["command"]);
    expect(await readJob(host, state, spec.id, { bar: true })).toMatchObject(nothing);
    expect(await run(spec)).toMatchObject({ ...nothing, started: false, stdout: "" });
    expect(await run(spec, { mustExist: true })).toMatchObject(nothing);
    expect(await readJob(host, state, spec.id)).toMatchObject(nothing);
    expect(readdirSync(jobFile(spec, "")).toSorted()).toEqual(["claim", "command"]);
  });

  test("a running one is not barred", async () => {
    const spec = newSpec("while [ ! -e free ]; do sleep 0.05 || exit; done; echo free", {
      directory,
    });
    const following = run(spec);
    await running(spec);
    expect(await readJob(host, state, spec.id, { bar: true })).toMatchObject({ kind: "running" });
    writeFileSync(join(directory, "free"), "");
    expect(await following).toMatchObject({ kind: "ended", stdout: "free\n" });
    rmSync(join(directory, "free"));
  });

  test("a wrapper that is slow to write its number is waited for or named, never called ended", async () => {
    const spec = newSpec("true");
    mkdirSync(jobFile(spec, "claim"), { recursive: true });
    writeFileSync(jobFile(spec, "command"), "true\n");
    const wrapper = spawn(shell, ["-c", "read line\n:\n", "job", `${jobFile(spec, "")}/`]);
    onTestFinished(() => void wrapper.kill("SIGKILL"));
    const look = await readJob(host, state, spec.id, { bar: true });
    expect(look).toMatchObject({ kind: "vanished", survivors: [wrapper.pid] });
    const found = await run(spec, { mustExist: true });
    expect(found).toMatchObject({ kind: "vanished", survivors: [wrapper.pid] });
  }, 60_000);

  test("one that lost power before it began has vanished, and nobody edited it", async () => {
    const spec = newSpec("echo ran");
    mkdirSync(jobFile(spec, "claim"), { recursive: true });
    writeFileSync(jobFile(spec, "command"), "echo ran\n");
    for (const name of ["out", "err", "pid"]) writeFileSync(jobFile(spec, name), "");
    writeFileSync(jobFile(spec, "started"), "1700000000\n");
    const nothing = { kind: "vanished", survivors: [] };
    expect(await readJob(host, state, spec.id)).toMatchObject(nothing);
    expect(await readJob(host, state, spec.id, { bar: true })).toMatchObject(nothing);
    expect(await run(spec)).toMatchObject({ ...nothing, started: false });
    rmSync(jobFile(spec, "pid"));
    expect(await readJob(host, state, spec.id)).toMatchObject(nothing);
    writeFileSync(jobFile(spec, "out"), "ran\n");
    expect(await readJob(host, state, spec.id)).toMatchObject({ kind: "bad-directory" });
  }, 60_000);

  test("half a line is left to the following that reads it whole", async () => {
    const spec = newSpec("printf 'one\nha'; while [ ! -e half ]; do sleep 0.05; done; printf lf", {
      directory,
    });
    const lines: string[] = [];
    const onOutput = (_: string, line: string): unknown => lines.push(line);
    const stop = new AbortController();
    let from = { stdout: 0, stderr: 0 };
    const following = run(spec, {
      signal: stop.signal,
      onOutput,
      onSeen: (bytes) => (from = { ...bytes }),
    });
    await running(spec);
    while (!readFileSync(jobFile(spec, "out"), "utf8").endsWith("ha")) await sleep(20);
    await expect.poll(() => lines, { timeout: 30_000 }).toEqual(["one"]);
    stop.abort();
    await following;
    writeFileSync(join(directory, "half"), "");
    expect(await run(spec, { from, onOutput })).toMatchObject({ kind: "ended", stdout: "half" });
    expect(lines).toEqual(["one", "half"]);
    rmSync(join(directory, "half"));
  }, 60_000);

  test.each([
    ["was started at another time", 1],
    ["belongs to an earlier boot", 2],
  ])("a process that has the same number and %s is not the job", async (_, field) => {
    const spec = newSpec("sleep 30");
    const stop = new AbortController();
    const following = run(spec, { signal: stop.signal });
    await running(spec);
    const truth = readFileSync(jobFile(spec, "pid"), "utf8");
    writeFileSync(jobFile(spec, "pid"), withWord(truth, field, "1"));
    const child =
      kind === "dash without setsid" ? readFileSync(jobFile(spec, "child"), "utf8") : "";
    if (child !== "") writeFileSync(jobFile(spec, "child"), withWord(child, field, "1"));
    expect(await readJob(host, state, spec.id)).toMatchObject({ kind: "vanished", survivors: [] });
    expect(await stopJob(host, state, spec.id)).toMatchObject({ kind: "vanished" });
    expect(() => process.kill(Number(truth.split(" ")[0]), 0)).not.toThrow();
    writeFileSync(jobFile(spec, "pid"), truth);
    if (child !== "") writeFileSync(jobFile(spec, "child"), child);
    stop.abort();
    await following;
    expect(await stopJob(host, state, spec.id)).toMatchObject({ kind: "stopped" });
  });

  test("is stopped: asked, or killed when it does not listen; its end says so", async () => {
    const polite = newSpec("trap 'echo bye; exit 9' TERM; echo up; while :; do sleep 0.05; done");
    const deaf = newSpec("trap '' TERM; echo up; while :; do sleep 0.05; done");
    const following = Promise.all([run(polite), run(deaf)]);
    for (const spec of [polite, deaf]) {
      await running(spec);
      while (readFileSync(jobFile(spec, "out"), "utf8") === "") await sleep(20);
    }
    expect(await stopJob(host, state, polite.id)).toEqual({
      kind: "stopped",
      end: { kind: "exited", status: 9 },
    });
    expect(await stopJob(host, state, deaf.id, { graceSeconds: 0 })).toEqual({
      kind: "stopped",
      end: { kind: "signalled", signal: "SIGKILL" },
    });
    expect(await following).toMatchObject([
      { kind: "ended", end: { status: 9 }, stdout: "up\nbye\n" },
      { kind: "ended", end: { signal: "SIGKILL" } },
    ]);
    expect(await stopJob(host, state, polite.id)).toMatchObject({ kind: "ended" });
    expect(await stopJob(host, state, "never-was")).toEqual({ kind: "absent" });
  });

  test("an older lease token is refused and starts nothing; a newer one is remembered", async () => {
    const spec = { ...newSpec("echo ran >>tokens", { directory }), stateDirectory: "leases" };
    const tokens = async (token: number, id: string): Promise<JobResult> =>
      run({ ...spec, id, token });
    expect(await tokens(9, "a")).toMatchObject({ kind: "ended" });
    expect(await tokens(8, "b")).toMatchObject({
      kind: "refused",
      reason: "older-token",
      detail: expect.stringContaining("9"),
    });
    expect(await tokens(8, "a")).toMatchObject({ kind: "refused", reason: "older-token" });
    expect(await tokens(10, "c")).toMatchObject({ kind: "ended" });
    expect(await presentToken(host, "leases", 9)).toMatchObject({
      kind: "refused",
      reason: "older-token",
    });
    expect(await presentToken(host, "leases", 100)).toEqual({ kind: "accepted" });
    expect(await tokens(99, "d")).toMatchObject({ kind: "refused" });
    expect(readFileSync(join(directory, "tokens"), "utf8")).toBe("ran\nran\n");
    expect(await readJob(host, "leases", "b")).toEqual({ kind: "absent" });
  });

  test("old directories go, young and running ones stay", async () => {
    const at = (id: string, line: string): JobSpec => ({
      id,
      command: { line },
      stateDirectory: "aged",
      token: 1,
    });
    await run(at("old", "true"));
    await run(at("young", "true"));
    const stop = new AbortController();
    const following = run(at("at-work", "echo up; sleep 30"), {
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    await following;
    await host.exec({ line: "touch -d '2020-01-01 00:00:00' aged/jobs/old aged/jobs/at-work" });
    expect(await removeOldJobs(host, "aged", 3)).toBe(1);
    expect(readdirSync(join(directory, "aged/jobs")).toSorted()).toEqual(["at-work", "young"]);
    expect(await stopJob(host, "aged", "at-work", { graceSeconds: 1 })).toMatchObject({
      kind: "stopped",
    });
  });
});

test.each(["", "../up", "a/b", "a b", "-x", "ü", ".hidden"])("%j is no job id", async (id) => {
  const spec = { id, command: { line: "true" }, stateDirectory: ".state", token: 1 };
  await expect(runJob(new LocalConnection({ directory: scratch }), spec)).rejects.toThrow("job id");
});

test.each([-1, 1.5, Number.NaN])("%d is no lease token", async (token) => {
  const spec = { id: "a", command: { line: "true" }, stateDirectory: ".state", token };
  await expect(runJob(new LocalConnection({ directory: scratch }), spec)).rejects.toThrow(
    "lease token",
  );
});

test("a cancellation before anything was sent starts nothing", async () => {
  const host = new LocalConnection({ directory: scratch });
  const spec = { id: "a", command: { line: "true" }, stateDirectory: "cancelled", token: 1 };
  expect(await runJob(host, spec, { signal: AbortSignal.abort() })).toMatchObject({
    kind: "left-running",
    sent: false,
  });
  expect(await readJob(host, "cancelled", "a")).toEqual({ kind: "absent" });
});
