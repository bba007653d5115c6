import { spawn } from "node:child_process";
import { once } from "node:events";
import ssh2, { type Server, type ServerChannel } from "ssh2";
import { afterEach, expect, test } from "vitest";
import type { Connection } from "../../../src/transport/connection.ts";
import { HostPool } from "../../../src/transport/ssh/host-pool.ts";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";
import { makeKeyPair } from "../../../worlds/common/key-pair.ts";

/* What OpenSSH seldom or never does and other servers do: answers that leave something out. */

const host = makeKeyPair();
const client = makeKeyPair();
const open: { server: Server; pool: HostPool }[] = [];

afterEach(async () => {
  for (const { server, pool } of open.splice(0)) {
    await pool.closeAll();
    server.close();
  }
});

type Answer = (channel: ServerChannel, request: string, drop: () => void) => void;

async function connectionTo(answer: Answer, cipher?: "aes128-cbc"): Promise<Connection> {
  const server = new ssh2.Server({
    hostKeys: [host.private],
    ...(cipher === undefined ? {} : { algorithms: { cipher: [cipher] } }),
  });
  server.on("connection", (peer) => {
    peer.on("error", () => {});
    peer.on("authentication", (login) => login.accept());
    peer.on("session", (accept) => {
      accept().on("exec", (acceptExec, _, { command }) =>
        answer(acceptExec(), command, () => peer.end()),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const pool = new HostPool({
    hosts: new Map([["odd", { name: "odd", address: "127.0.0.1", port, user: "me" }]]),
    knownHosts: KnownHosts.parse(`[127.0.0.1]:${port} ${host.public}`),
    privateKey: client.private,
  });
  open.push({ server, pool });
  return pool.get("odd");
}

/** Runs the request as sshd does, with a real shell. */
const runs: Answer = (channel, request) => {
  const child = spawn("/bin/sh", ["-c", request]);
  channel.pipe(child.stdin);
  child.stdout.on("data", (chunk: Buffer) => channel.write(chunk));
  child.stderr.on("data", (chunk: Buffer) => channel.stderr.write(chunk));
  child.on("close", (code, signal) => {
    if (signal === null) channel.exit(code ?? 0);
    else channel.exit(signal.replace("SIG", ""));
    channel.end();
  });
};

test("a server in process runs a command with its environment and its secrets", async () => {
  const odd = await connectionTo(runs);
  const done = await odd.exec(
    { line: 'echo "$A $S"; cat >&2; exit 3', env: { A: "a'b" }, secrets: { S: "x\ny" } },
    { stdin: "typed" },
  );
  expect(done).toMatchObject({
    end: { kind: "exited", status: 3 },
    stdout: "a'b x\ny\n",
    stderr: "typed",
  });
});

test("a channel that is closed without an exit status is lost, with the output that came", async () => {
  const odd = await connectionTo((channel) => channel.end("half an answer"));
  expect(await odd.exec({ line: "true" })).toMatchObject({
    end: { kind: "lost", reason: expect.stringContaining("exit status") },
    stdout: "half an answer",
  });
});

test("a connection that ends without a word is lost", async () => {
  const odd = await connectionTo((_, __, drop) => drop());
  expect((await odd.exec({ line: "true" })).end.kind).toBe("lost");
});

test("an exit status whose channel is never closed still ends the command", async () => {
  const odd = await connectionTo((channel) => {
    channel.write("answer");
    channel.exit(5);
  });
  expect(await odd.exec({ line: "true" })).toMatchObject({
    end: { kind: "exited", status: 5 },
    stdout: "answer",
  });
});

test("output that arrives after the exit status is not cut off", async () => {
  const odd = await connectionTo((channel) => {
    channel.exit(0);
    let left = 8;
    const timer = setInterval(() => {
      channel.write("part ");
      left -= 1;
      if (left === 0) clearInterval(timer);
      if (left === 0) channel.end();
    }, 250);
  });
  expect((await odd.exec({ line: "true" })).stdout).toBe("part ".repeat(8));
});

test("a server with only weak ciphers is refused and named", async () => {
  await expect(connectionTo(runs, "aes128-cbc")).rejects.toThrow("too weak");
});
