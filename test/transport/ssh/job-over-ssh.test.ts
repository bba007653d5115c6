import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJob, stopJob } from "../../../src/transport/job-control.ts";
import { type JobSpec, runJob } from "../../../src/transport/job.ts";
import { HostPool } from "../../../src/transport/ssh/host-pool.ts";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";
import { kill, type OpenSshServer, startOpenSsh } from "./openssh-server.ts";

let sshd: OpenSshServer;
let pool: HostPool;

beforeAll(async () => {
  sshd = await startOpenSsh();
  pool = new HostPool({
    hosts: new Map([["db1", sshd.address("db1")]]),
    knownHosts: KnownHosts.parse(sshd.knownHosts),
    privateKey: sshd.privateKey,
  });
});
afterAll(async () => {
  await pool.closeAll();
  await sshd.stop();
});

/** Counts its runs, says one line, and waits until it may say the other. */
function slowJob(id: string): JobSpec {
  const line = `echo "$0" >>${id}.count; echo one; until [ -e ${id}.go ]; do sleep 0.05; done; echo two; exit 3`;
  return {
    id,
    command: { line, directory: sshd.directory },
    stateDirectory: join(sshd.directory, "state"),
    token: 1,
  };
}
const letGo = (id: string): void => writeFileSync(join(sshd.directory, `${id}.go`), "");
const runs = (id: string): number =>
  readFileSync(join(sshd.directory, `${id}.count`), "utf8").split("\n").length - 1;

test("a killed sshd gives lost; the job goes on and is followed from where it was", async () => {
  const spec = slowJob("killed-sshd");
  const lost = await runJob(await pool.get("db1"), spec, {
    onOutput: () => sshd.sessions().forEach((pid) => kill(pid)),
  });
  expect(lost).toMatchObject({ kind: "lost", started: true, stdout: "one\n", outBytes: 4 });
  letGo(spec.id);
  const again = await runJob(await pool.get("db1"), spec, { from: { stdout: 4, stderr: 0 } });
  expect(again).toMatchObject({
    kind: "ended",
    started: false,
    end: { status: 3 },
    stdout: "two\n",
    outBytes: 8,
  });
  expect(runs(spec.id)).toBe(1);
});

test("a killed client leaves the job alive; the next client reads all of it", async () => {
  const spec = slowJob("killed-client");
  const client = spawn(process.execPath, [join(import.meta.dirname, "follow-a-job.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  client.stdin.end(
    JSON.stringify({
      host: sshd.address("db1"),
      knownHosts: sshd.knownHosts,
      privateKey: sshd.privateKey,
      spec,
    }),
  );
  expect(String(await once(client.stdout, "data"))).toBe("one\n");
  client.kill("SIGKILL");
  await once(client, "exit");
  const db1 = await pool.get("db1");
  expect(await readJob(db1, spec.stateDirectory, spec.id)).toMatchObject({
    kind: "running",
    outBytes: 4,
  });
  letGo(spec.id);
  expect(await runJob(db1, spec)).toMatchObject({
    kind: "ended",
    started: false,
    stdout: "one\ntwo\n",
  });
  expect(runs(spec.id)).toBe(1);
});

test("following stops on the host too when its client is gone", async () => {
  const spec = slowJob("left-alone");
  const stop = new AbortController();
  const db1 = await pool.get("db1");
  const followers = async (wanted: string): Promise<void> => {
    const count = { line: "pgrep -cf '^/bin/sh -c nonce.*id=left-alone'" };
    while ((await db1.exec(count)).stdout.trim() !== wanted) await sleep(100);
  };
  const following = runJob(db1, spec, { signal: stop.signal });
  await followers("1");
  stop.abort();
  expect(await following).toMatchObject({ kind: "left-running", sent: true });
  await followers("0");
  expect(await readJob(db1, spec.stateDirectory, spec.id)).toMatchObject({ kind: "running" });
  expect(await stopJob(db1, spec.stateDirectory, spec.id)).toMatchObject({
    kind: "stopped",
    end: { signal: "SIGTERM" },
  });
});

test("a connection that is gone gives lost before anything is sent", async () => {
  const db1 = await pool.get("db1");
  await db1.close();
  const spec = slowJob("never-sent");
  expect(await runJob(db1, spec)).toMatchObject({ kind: "lost", started: undefined });
  expect(await readJob(await pool.get("db1"), spec.stateDirectory, spec.id)).toEqual({
    kind: "absent",
  });
  expect(await readJob(db1, spec.stateDirectory, spec.id)).toMatchObject({ kind: "lost" });
});

test("more jobs at once on one host than long channels end all", async () => {
  const db1 = await pool.get("db1");
  const specs = Array.from({ length: 8 }, (_, index) => ({
    ...slowJob(`many-${index}`),
    command: { line: `echo ${index}` },
  }));
  const all = await Promise.all(specs.map((spec) => runJob(db1, spec)));
  expect(all.map((result) => result.kind === "ended" && result.stdout)).toEqual(
    specs.map((_, index) => `${index}\n`),
  );
});
