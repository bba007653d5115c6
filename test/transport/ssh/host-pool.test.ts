import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HostAddress } from "../../../src/transport/ssh/connect.ts";
import { HostPool, type HostPoolOptions } from "../../../src/transport/ssh/host-pool.ts";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";
import { freePort, kill, makeKey, type OpenSshServer, startOpenSsh } from "./openssh-server.ts";

let sshd: OpenSshServer;
let bastion: OpenSshServer;
const pools: HostPool[] = [];

beforeAll(async () => {
  sshd = await startOpenSsh({ hostKeys: ["ed25519", "ecdsa", "rsa"] });
  bastion = await startOpenSsh({
    config: [`AuthorizedKeysFile ${join(sshd.directory, "client.pub")}`],
  });
});
afterAll(() => Promise.all([sshd.stop(), bastion.stop()]));
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.closeAll();
});

function poolOf(
  hosts: readonly HostAddress[],
  options: Partial<HostPoolOptions> & { readonly pins?: string } = {},
): HostPool {
  const { pins, ...rest } = options;
  const pool = new HostPool({
    hosts: new Map(hosts.map((host) => [host.name, host])),
    knownHosts: KnownHosts.parse(pins ?? sshd.knownHosts + bastion.knownHosts),
    privateKey: sshd.privateKey,
    ...rest,
  });
  pools.push(pool);
  return pool;
}

const refused = (code: string): unknown =>
  expect.objectContaining({ name: "TransportError", code, next: expect.stringMatching(/\w{3}/) });

describe("a command over a real sshd", () => {
  test("stdout, stderr and status stay apart", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const done = await db1.exec({ line: "echo out; echo err >&2; exit 7" });
    expect(done).toMatchObject({
      end: { kind: "exited", status: 7 },
      stdout: "out\n",
      stderr: "err\n",
      truncated: false,
    });
  });

  test("environment, directory, secrets and standard input arrive exactly", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const command = {
      line: `pwd; printf '%s|%s|' "$A" "$S"; cat; tr '\\0' ' ' </proc/self/cmdline`,
      directory: "/",
      env: { A: "it's $HOME\n`id` ü 🦊" },
      secrets: { S: "ge'heim\nzwei" },
    };
    const { stdout } = await db1.exec(command, { stdin: "typed" });
    const [answer, commandLine] = stdout.split("typed");
    expect(answer).toBe(`/\n${command.env.A}|${command.secrets.S}|`);
    expect(commandLine).toContain("/bin/sh");
    expect(commandLine).not.toContain("heim");
  });

  test("a signal is named", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    expect((await db1.exec({ line: "kill -TERM $$" })).end).toEqual({
      kind: "signalled",
      signal: "SIGTERM",
    });
  });

  test("much stderr beside much stdout blocks nothing, and what is over the limit is cut and said so", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const line = "head -c 8000000 /dev/zero >&2; head -c 8000000 /dev/zero; exit 3";
    const whole = await db1.exec({ line });
    expect([whole.stdout.length, whole.stderr.length, whole.truncated]).toEqual([
      8_000_000,
      8_000_000,
      false,
    ]);
    const cut = await db1.exec({ line }, { maxBytes: 1000 });
    expect([cut.stdout.length, cut.stderr.length, cut.truncated]).toEqual([1000, 1000, true]);
    expect(cut.end).toEqual({ kind: "exited", status: 3 });
  });

  test("a background child that holds the output does not hold the answer", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const { end, stdout } = await db1.exec({ line: "sleep 300 & echo $!; exit 4" });
    kill(Number(stdout));
    expect(end).toEqual({ kind: "exited", status: 4 });
  });

  test("a time limit and a cancellation give lost, with the reason", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const slow = await db1.exec({ line: "echo begun; sleep 20" }, { timeoutSeconds: 0.4 });
    expect(slow).toMatchObject({
      end: { kind: "lost", reason: expect.stringContaining("no end within 0.4 s") },
      stdout: "begun\n",
    });
    const cancelled = await db1.exec({ line: "sleep 20" }, { signal: AbortSignal.timeout(100) });
    expect(cancelled.end).toMatchObject({
      kind: "lost",
      reason: expect.stringContaining("cancelled"),
    });
    expect((await db1.exec({ line: "true" })).end).toEqual({ kind: "exited", status: 0 });
  });

  test("more commands at once than sshd has sessions for all run", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const all = await Promise.all(
      Array.from({ length: 25 }, (_, index) => db1.exec({ line: `sleep 0.05; echo ${index}` })),
    );
    expect(all.map((done) => Number(done.stdout))).toEqual(
      Array.from({ length: 25 }, (_, index) => index),
    );
  });

  test("long-lived processes leave room for short commands", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const opening = Array.from({ length: 9 }, () => db1.open({ line: "cat" }));
    const first = await Promise.all(opening.slice(0, 6));
    expect((await db1.exec({ line: "echo room" })).stdout).toBe("room\n");
    for (const process of first) process.close();
    for (const process of await Promise.all(opening.slice(6))) process.close();
  });

  // An sshd without root's rights cannot hand a terminal over to its user.
  test.skipIf(process.getuid?.() !== 0)(
    "a terminal is one, of the wanted width; a secret is not sent to it",
    async () => {
      const db1 = await poolOf([sshd.address("db1")]).get("db1");
      const process = await db1.open(
        { line: "test -t 0 && stty size" },
        { columns: 400, rows: 50 },
      );
      expect(String(await once(process.stdout, "data"))).toBe("50 400\r\n");
      expect(await process.ended).toEqual({ kind: "exited", status: 0 });
      await expect(
        db1.open({ line: "cat", secrets: { A: "b" } }, { columns: 80, rows: 24 }),
      ).rejects.toThrow("echo");
    },
  );

  test("a process is written to and read from while it runs", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const process = await db1.open({ line: "cat; echo over >&2; exit 5" });
    process.stdin.write("ping");
    expect(String(await once(process.stdout, "data"))).toBe("ping");
    process.stdin.end();
    expect(String(await once(process.stderr, "data"))).toBe("over\n");
    process.stdout.resume();
    expect(await process.ended).toEqual({ kind: "exited", status: 5 });
  });

  test("sudo that wants a password says so on stderr instead of waiting", async () => {
    const db1 = await poolOf([sshd.address("db1")]).get("db1");
    const { stderr, end } = await db1.exec({
      line: "echo 'sudo: a password is required' >&2; exit 1",
    });
    expect([stderr, end]).toEqual([
      "sudo: a password is required\n",
      { kind: "exited", status: 1 },
    ]);
  });
});

test("a server that allows few sessions gets one after the other", async () => {
  const strict = await startOpenSsh({ config: ["MaxSessions 2"] });
  try {
    const db1 = await poolOf([strict.address("db1")], {
      pins: strict.knownHosts,
      privateKey: strict.privateKey,
    }).get("db1");
    const all = await Promise.all(
      Array.from({ length: 6 }, () => db1.exec({ line: "sleep 0.1; echo ran" })),
    );
    expect(all.map((done) => done.stdout)).toEqual(Array.from({ length: 6 }, () => "ran\n"));
  } finally {
    await strict.stop();
  }
});

describe("a server that is killed", () => {
  test("gives lost for what runs, for what waits and for what comes; the pool connects again", async () => {
    const pool = poolOf([sshd.address("db1")]);
    const db1 = await pool.get("db1");
    expect(await pool.get("db1")).toBe(db1);
    const waiting = Array.from({ length: 6 }, () => db1.exec({ line: "sleep 20" }));
    const process = await db1.open({ line: "echo begun; sleep 20" });
    await once(process.stdout, "data");
    waiting.push(...Array.from({ length: 6 }, () => db1.exec({ line: "sleep 20" })));
    for (const pid of sshd.sessions()) kill(pid);
    expect((await process.ended).kind).toBe("lost");
    for (const done of await Promise.all(waiting)) expect(done.end.kind).toBe("lost");
    expect((await db1.exec({ line: "true" })).end.kind).toBe("lost");
    await expect(db1.open({ line: "true" })).rejects.toThrow(refused("lost"));
    await expect(db1.forward("127.0.0.1", 1)).rejects.toThrow(refused("lost"));
    const again = await pool.get("db1");
    expect(again).not.toBe(db1);
    expect((await again.exec({ line: "echo back" })).stdout).toBe("back\n");
  });
});

describe("host keys", () => {
  test.each(["ed25519", "ecdsa", "rsa"])(
    "%s alone pinned is asked for and verified",
    async (type) => {
      const pins =
        sshd.knownHosts
          .split("\n")
          .find((line) => line.includes(type === "ecdsa" ? "ecdsa" : `ssh-${type}`)) ?? "";
      const db1 = await poolOf([sshd.address("db1")], { pins }).get("db1");
      expect((await db1.exec({ line: "echo verified" })).stdout).toBe("verified\n");
    },
  );

  test("no pinned key: refused before the host is asked for anything", async () => {
    await expect(
      poolOf([sshd.address("db1")], { pins: bastion.knownHosts }).get("db1"),
    ).rejects.toThrow(refused("no-pinned-key"));
  });

  test("another key than the pinned one", async () => {
    const other =
      makeKey(join(sshd.directory, "other"), "ed25519") &&
      readFileSync(join(sshd.directory, "other.pub"), "utf8");
    const pins = `[127.0.0.1]:${sshd.port} ${other}`;
    await expect(poolOf([sshd.address("db1")], { pins }).get("db1")).rejects.toThrow(
      refused("changed-key"),
    );
  });

  test("a pinned key of a type that the host does not have", async () => {
    const key =
      makeKey(join(sshd.directory, "other"), "rsa") &&
      readFileSync(join(sshd.directory, "other.pub"), "utf8");
    const pins = `[127.0.0.1]:${bastion.port} ${key}`;
    await expect(poolOf([bastion.address("db1")], { pins }).get("db1")).rejects.toThrow(
      refused("changed-key"),
    );
  });

  test("a revoked key, also where it is pinned too", async () => {
    const revoked = `@revoked * ${bastion.knownHosts.split(" ").slice(1).join(" ")}`;
    const other =
      makeKey(join(sshd.directory, "other"), "ed25519") &&
      readFileSync(join(sshd.directory, "other.pub"), "utf8");
    const get = (pins: string): Promise<unknown> =>
      poolOf([bastion.address("db1")], { pins }).get("db1");
    await expect(get(bastion.knownHosts + revoked)).rejects.toThrow(refused("revoked-key"));
    await expect(get(`[127.0.0.1]:${bastion.port} ${other}${revoked}`)).rejects.toThrow(
      refused("revoked-key"),
    );
  });

  test("a key that changes while the pool lives is refused even if the new one is pinned", async () => {
    const moving = await startOpenSsh();
    try {
      const before = moving.knownHosts;
      const options = { privateKey: moving.privateKey };
      const firstLook = poolOf([moving.address("db1")], { ...options, pins: before });
      await firstLook.get("db1");
      const both = (): string =>
        before +
        `[127.0.0.1]:${moving.port} ${readFileSync(join(moving.directory, "host-ed25519.pub"), "utf8")}`;
      const oldKey = readFileSync(join(moving.directory, "host-ed25519.pub"), "utf8");
      await moving.restartWithOtherKeys();
      await expect(firstLook.get("db1")).rejects.toThrow(refused("changed-key"));
      expect(both()).not.toContain(`${oldKey}${oldKey}`);
      const secondLook = poolOf([moving.address("db1")], { ...options, pins: both() });
      await secondLook.get("db1");
      await moving.restartWithOtherKeys();
      await expect(secondLook.get("db1")).rejects.toThrow(refused("changed-key"));
    } finally {
      await moving.stop();
    }
  });
});

describe("logging in", () => {
  test.each(["ecdsa", "rsa"] as const)("with an %s key", async (clientKey) => {
    const other = await startOpenSsh({ clientKey });
    try {
      const db1 = await poolOf([other.address("db1")], {
        pins: other.knownHosts,
        privateKey: other.privateKey,
      }).get("db1");
      expect((await db1.exec({ line: "echo in" })).stdout).toBe("in\n");
    } finally {
      await other.stop();
    }
  });

  test("with an agent, which is not forwarded", async () => {
    const socket = join(sshd.directory, "agent");
    const agentPid = Number(
      /Agent pid (\d+)/.exec(
        execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" }),
      )?.[1],
    );
    try {
      const extra = join(sshd.directory, "unknown-to-the-host");
      makeKey(extra, "rsa");
      for (const key of [extra, join(sshd.directory, "client")]) {
        execFileSync("ssh-add", ["-q", key], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: "ignore",
        });
      }
      const { privateKey: _, ...rest } = { privateKey: "", agent: socket };
      const hosts = new Map([["db1", sshd.address("db1")]]);
      const pool = new HostPool({ hosts, knownHosts: KnownHosts.parse(sshd.knownHosts), ...rest });
      pools.push(pool);
      const db1 = await pool.get("db1");
      expect((await db1.exec({ line: "echo in${SSH_AUTH_SOCK-}" })).stdout).toBe("in\n");
    } finally {
      kill(agentPid);
    }
  });

  test("a key that the host does not know", async () => {
    const privateKey = makeKey(join(sshd.directory, "stranger"), "ed25519");
    await expect(poolOf([sshd.address("db1")], { privateKey }).get("db1")).rejects.toThrow(
      refused("authentication"),
    );
  });

  test("a bad key is refused before anything connects", async () => {
    const pool = poolOf([{ ...sshd.address("db1"), port: 1 }], {
      privateKey: "",
      pins: "[127.0.0.1]:1 " + sshd.knownHosts.split(" ").slice(1, 3).join(" "),
    });
    await expect(pool.get("db1")).rejects.toThrow(refused("bad-private-key"));
  });
});

describe("what cannot be reached", () => {
  const pinFor = (port: number): string =>
    `[127.0.0.1]:${port} ${sshd.knownHosts.split("\n")[0]?.split(" ").slice(1).join(" ")}`;

  test("a port that nobody listens on", async () => {
    const port = await freePort();
    const get = poolOf([{ ...sshd.address("db1"), port }], { pins: pinFor(port) }).get("db1");
    await expect(get).rejects.toThrow(refused("unreachable"));
    await expect(get).rejects.toThrow("nobody listens");
  });

  test("a port where something else says nothing", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const get = poolOf([{ ...sshd.address("db1"), port }], {
      pins: pinFor(port),
      readyTimeoutSeconds: 1,
    }).get("db1");
    await expect(get).rejects.toThrow(refused("timeout"));
    silent.close();
  });

  test("a server that hangs up", async () => {
    const rude = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(rude, "listening");
    const { port } = rude.address() as { port: number };
    await expect(
      poolOf([{ ...sshd.address("db1"), port }], { pins: pinFor(port) }).get("db1"),
    ).rejects.toThrow(refused("unreachable"));
    rude.close();
  });

  test("a peer that falls silent is noticed", async () => {
    const pool = poolOf([sshd.address("db1")], { keepaliveSeconds: 0.2 });
    const db1 = await pool.get("db1");
    const running = db1.exec({ line: "sleep 20" });
    await db1.exec({ line: "true" });
    const frozen = sshd.sessions();
    for (const pid of frozen) kill(pid, "SIGSTOP");
    expect((await running).end.kind).toBe("lost");
    for (const pid of frozen) kill(pid);
  });

  test("a host that is not in the inventory", async () => {
    await expect(poolOf([]).get("db1")).rejects.toThrow("not in the inventory");
  });
});

describe("jump hosts", () => {
  test("reach a host behind a host, both keys pinned", async () => {
    const pool = poolOf([sshd.address("db1", "bastion"), bastion.address("bastion")]);
    const db1 = await pool.get("db1");
    expect((await db1.exec({ line: 'set -- $SSH_CONNECTION; echo "$1 $4"' })).stdout).toBe(
      `127.0.0.1 ${sshd.port}\n`,
    );
    expect(bastion.sessions().length).toBeGreaterThan(0);
  });

  test("an unpinned jump host stops the way, an unpinned target too", async () => {
    const hosts = [sshd.address("db1", "bastion"), bastion.address("bastion")];
    await expect(poolOf(hosts, { pins: sshd.knownHosts }).get("db1")).rejects.toThrow(
      refused("no-pinned-key"),
    );
    await expect(poolOf(hosts, { pins: bastion.knownHosts }).get("db1")).rejects.toThrow(
      refused("no-pinned-key"),
    );
  });

  test("a dead bastion loses what is behind it; the pool goes the way again", async () => {
    const pool = poolOf([sshd.address("db1", "bastion"), bastion.address("bastion")]);
    const db1 = await pool.get("db1");
    const running = db1.exec({ line: "sleep 20" });
    await db1.exec({ line: "true" });
    for (const pid of bastion.sessions()) kill(pid);
    expect((await running).end.kind).toBe("lost");
    expect((await (await pool.get("db1")).exec({ line: "echo back" })).stdout).toBe("back\n");
  });

  test("a circle is refused instead of waited for", async () => {
    const pool = poolOf([sshd.address("a", "b"), bastion.address("b", "a")]);
    await expect(pool.get("a")).rejects.toThrow("circle");
  });
});

test("one connection however many ask at once", async () => {
  const pool = poolOf([bastion.address("db1")]);
  const all = await Promise.all(Array.from({ length: 10 }, () => pool.get("db1")));
  expect(new Set(all).size).toBe(1);
  await pool.closeAll();
  expect((await all[0]?.exec({ line: "true" }))?.end.kind).toBe("lost");
});

describe("a pool that was closed", () => {
  const over = (): unknown =>
    expect.objectContaining({
      code: "lost",
      message: expect.stringContaining("no connection is made any more") as unknown,
    });

  test("connects no more, neither anew nor to a host that it never reached", async () => {
    const pool = poolOf([sshd.address("db1"), sshd.address("db2"), bastion.address("db3", "db1")]);
    await pool.get("db1");
    await pool.closeAll();
    for (const host of ["db1", "db2", "db3"]) await expect(pool.get(host)).rejects.toThrow(over());
  });

  test("gives up a connecting that is under way", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    const reached = once(silent, "connection") as Promise<[Socket]>;
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const pins = sshd.knownHosts.replaceAll(`:${sshd.port} `, `:${port} `);
    const address = { ...sshd.address("db1"), port };
    const pool = poolOf([address], { pins, readyTimeoutSeconds: 600 });
    const connecting = pool.get("db1");
    const [socket] = await reached;
    const left = once(socket.resume(), "close");
    await Promise.all([
      expect(connecting).rejects.toThrow(refused("unreachable")),
      pool.closeAll(),
    ]);
    await left;
    silent.close();
  });
});

test("a forwarded stream carries bytes both ways; a closed port is an error", async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const { port } = echo.address() as { port: number };
  const db1 = await poolOf([sshd.address("db1")]).get("db1");
  const stream = await db1.forward("127.0.0.1", port);
  stream.write("ping");
  expect(String(await once(stream, "data"))).toBe("ping");
  stream.destroy();
  echo.close();
  await expect(db1.forward("127.0.0.1", await freePort())).rejects.toThrow(refused("unreachable"));
});
