import { afterAll, beforeAll, expect, test } from "vitest";
import { openConsole } from "../../../src/transport/console/attached-console.ts";
import type { Console } from "../../../src/transport/console/console.ts";
import { connect } from "../../../src/transport/ssh/connect.ts";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";
import { loadPrivateKey } from "../../../src/transport/ssh/private-key.ts";
import type { Connection } from "../../../src/transport/connection.ts";
import { startOpenSsh } from "../ssh/openssh-server.ts";
import type { OpenSshServer } from "../ssh/openssh-server.ts";
import { createRelease } from "./support/release.ts";
import type { Release } from "./support/release.ts";

let server: OpenSshServer;
let release: Release;
let connection: Connection;
let mover: Console;

function login(): Promise<Connection> {
  const pinned = KnownHosts.parse(server.knownHosts).lookup("127.0.0.1", server.port);
  return connect({
    host: server.address("couch1"),
    pinned,
    privateKey: loadPrivateKey(server.privateKey),
  });
}

beforeAll(async () => {
  [server, release] = await Promise.all([startOpenSsh(), createRelease("over-ssh")]);
  connection = await login();
  mover = openConsole(connection, release.options);
}, 30_000);

afterAll(async () => {
  await mover.detach();
  await connection.close();
  await release.remove();
  await server.stop();
}, 30_000);

test("a console is started, asked, and stopped through a real SSH server", async () => {
  expect(await mover.start({ timeoutSeconds: 60 })).toMatchObject({ ok: true });
  expect(await mover.evaluate("{ok, node()}.")).toMatchObject({
    text: "{ok,'over-ssh@127.0.0.1'}",
  });
  const long = await mover.evaluate("lists:seq(1, 160000).");
  expect(long.kind === "value" && long.term.type === "list" && long.term.items.length).toBe(
    160_000,
  );
}, 60_000);

test("a session that is killed loses no answer, and the next connection is not locked out", async () => {
  const slow = "receive after 1500 -> survived end.";
  const asking = mover.evaluate(slow, { id: "over-ssh/1" });
  expect(await mover.recall("over-ssh/1", { timeoutSeconds: 0.1 })).toMatchObject({
    kind: "running",
  });
  for (const pid of server.sessions()) process.kill(pid, "SIGKILL");
  expect(await asking).toMatchObject({ kind: "lost", evaluated: "unknown" });
  expect(await mover.evaluate("never.")).toMatchObject({ kind: "lost", evaluated: "no" });
  expect(await mover.state()).toMatchObject({ state: "unreachable" });
  connection = await login();
  mover = openConsole(connection, release.options);
  expect(await mover.recall("over-ssh/1")).toMatchObject({ kind: "value", text: "survived" });
  expect(await mover.stop({ timeoutSeconds: 30 })).toMatchObject({ ok: true });
}, 60_000);
