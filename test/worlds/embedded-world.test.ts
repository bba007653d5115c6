import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import ssh2 from "ssh2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadBaseline } from "../../src/inventory/load-baseline.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { validate } from "../../src/inventory/validate.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { hostNames } from "../../worlds/common/inventory-file.ts";
import { findProcesses } from "../../worlds/embedded/processes.ts";
import { makeKeyPair } from "../../worlds/common/key-pair.ts";
import { startEmbeddedWorld } from "../../worlds/embedded/start-embedded-world.ts";
import { command, startFleet } from "./embedded-fleet.ts";
import type { Fleet } from "./embedded-fleet.ts";

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

async function run(host: (typeof hostNames)[number], line: string) {
  const { end, stdout, stderr } = await (
    await fleet.connect(host)
  ).exec(command(fleet.world, line));
  return { end, stdout, stderr };
}

const exited = (status: number) => ({ kind: "exited", status });

test("the inventory of a world is one that the runbook can be planned for", () => {
  const inventory = loadInventory(fleet.world.inventoryFile);
  const runbook = loadRunbook(
    join(import.meta.dirname, "../../runbooks/org-migration/runbook.yml"),
  );
  expect(validate(runbook, inventory)).toEqual([]);
  expect(Object.keys(inventory.hosts)).toEqual([...hostNames]);
  expect(inventory.protected).toBe(false);
  const entries = loadBaseline(inventory.baseline ?? "");
  expect(Object.fromEntries(entries.map((entry) => [entry.class, entry.allowed]))).toEqual(
    fleet.world.planted.failures,
  );
  const marker = join(inventory.journal.directory, "environment");
  expect(readFileSync(marker, "utf8")).toBe("pre-prod\n");
});

test("commands land in the host's own folder, stand-ins first, streams and status apart", async () => {
  for (const host of hostNames) {
    const { directory } = fleet.world.hosts[host];
    expect(await run(host, "pwd; echo $HOME; command -v curl; echo oops >&2; exit 3")).toEqual({
      end: exited(3),
      stdout: `${directory}\n${directory}\n${directory}/bin/curl\n`,
      stderr: "oops\n",
    });
  }
  expect((await run("pg1", "kill -9 $$")).end).toEqual({ kind: "signalled", signal: "SIGKILL" });
});

test("only the generated key opens a host", async () => {
  const other = makeKeyPair();
  const client = new ssh2.Client();
  const refused = once(client, "ready").then(
    () => "let in",
    (error: Error) => error.message,
  );
  client.connect({
    host: "127.0.0.1",
    port: fleet.world.hosts.pg1.sshPort,
    username: "operator",
    password: "secret",
    privateKey: other.private,
  });
  expect(await refused).toContain("authentication methods failed");
  client.end();
});

test("a TCP stream is forwarded to the API as the host sees it", async () => {
  const inventory = loadInventory(fleet.world.inventoryFile);
  const url = new URL(String(inventory.hosts["erchef1"]?.vars["api_url"]));
  const stream = await (await fleet.connect("erchef1")).forward(url.hostname, Number(url.port));
  stream.write("GET /_status HTTP/1.0\r\n\r\n");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 200 OK[^]*pong/);
});

test("what is detached lives on when its client is gone, what hangs on a terminal does not", async () => {
  const { directory } = fleet.world.hosts.redis1;
  const client = new ssh2.Client();
  client.connect({
    host: "127.0.0.1",
    port: fleet.world.hosts.redis1.sshPort,
    username: "operator",
    privateKey: fleet.world.sshPrivateKey,
  });
  await once(client, "ready");
  const started = (line: string, pty: boolean) =>
    new Promise<void>((resolve, reject) => {
      client.exec(`${line}; echo up; wait`, { pty }, (error, channel) => {
        if (error) return reject(error);
        channel.once("data", () => resolve());
      });
    });
  await started(
    "setsid sh -c 'echo $$ >detached; exec sleep 600' >/dev/null 2>&1 & while [ ! -s detached ]; do sleep 0.02; done",
    false,
  );
  await started("echo $$ >hanging", true);
  const pidIn = (name: string) => Number(readFileSync(join(directory, name), "utf8"));
  client.destroy();
  await expect
    .poll(() => findProcesses(fleet.world.mark).includes(pidIn("hanging")), { timeout: 10_000 })
    .toBe(false);
  expect(findProcesses(fleet.world.mark)).toContain(pidIn("detached"));
  process.kill(pidIn("detached"), "SIGKILL");
});

test("a host's sshd can go and come back, and a reboot leaves only files", async () => {
  const host = fleet.world.hosts.erchef2;
  const pid = Number(
    await fleet.sh("erchef2", "setsid sleep 600 >/dev/null 2>&1 & echo $! | tee slept"),
  );
  await host.stopSshd();
  await expect(fleet.sh("erchef2", "true")).rejects.toThrow(/erchef2|127\.0\.0\.1/);
  await host.startSshd();
  expect(await fleet.sh("erchef2", "cat slept")).toBe(`${pid}\n`);
  expect(findProcesses(fleet.world.mark)).toContain(pid);
  await host.reboot();
  expect(findProcesses(fleet.world.mark)).not.toContain(pid);
  expect(await fleet.sh("erchef2", "cat slept")).toBe(`${pid}\n`);
});

test("sudo asks nothing, gives a login shell of its own, and can be made to ask", async () => {
  expect((await run("pg1", "sudo -n true")).end).toEqual(exited(0));
  expect(
    (
      await run(
        "pg1",
        'EC_TARGET=x; export EC_TARGET; sudo su -l opscode_chef -c "echo [\\$USER] [\\$EC_TARGET]"',
      )
    ).stdout,
  ).toBe("[opscode_chef] []\n");
  const asks = join(fleet.world.hosts.pg2.directory, "var/sudo-wants-password");
  writeFileSync(asks, "");
  expect(await run("pg2", "sudo -n true")).toMatchObject({
    end: exited(1),
    stderr: "sudo: a password is required\n",
  });
  await fleet.sh("pg2", "rm var/sudo-wants-password");
});

test("the schema is deployed to its targets, once, with what status and verify say of it", async () => {
  const cd = "cd srv/enterprise-chef-server-schema";
  const status = async () => (await run("pg2", `${cd} && sqitch status`)).stdout;
  expect(await run("pg2", 'psql -X -At -c "SELECT name FROM orgs"')).toEqual({
    end: exited(1),
    stdout: "",
    stderr: 'ERROR:  relation "orgs" does not exist\n',
  });
  expect(await status()).toMatch(
    /^# Tag: {6}@2\.2\.4$[^]*^Undeployed changes:\n  \* orgs @2\.3\.0$/m,
  );
  expect(
    await run(
      "pg2",
      `${cd} && EC_TARGET=@9.9.9 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy`,
    ),
  ).toMatchObject({
    end: exited(2),
    stderr: expect.stringContaining('"@9.9.9"') as string,
  });
  const deploy = `${cd} && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy`;
  expect((await run("pg2", deploy)).stdout).toMatch(
    /EC Target: @2\.4\.0[^]*\+ groups @2\.4\.0 \.\. ok/,
  );
  expect((await run("pg2", deploy)).stdout.match(/Nothing to deploy/g)).toHaveLength(2);
  expect(await status()).toMatch(/^# Tag: {6}@2\.4\.0$[^]*up-to-date/m);
  expect((await run("pg2", `${cd} && sqitch verify`)).stdout).toContain("Verify successful");
  writeFileSync(join(fleet.world.hosts.pg2.directory, "var/verify-fails"), "orgs\n");
  expect((await run("pg2", `${cd} && sqitch verify`)).end).toEqual(exited(2));
  expect(existsSync(join(fleet.world.hosts.pg2.directory, "var/ran-as-root"))).toBe(false);
  await run("pg2", `${cd} && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER= make deploy`);
  expect(existsSync(join(fleet.world.hosts.pg2.directory, "var/ran-as-root"))).toBe(true);
});

test("psql wants the password, separates as told, and a row's xmin grows when it changes", async () => {
  await fleet.sh(
    "pg1",
    "cd srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy",
  );
  expect((await run("pg1", 'PGPASSWORD=wrong psql -X -At -c "SELECT 1"')).end).toEqual(exited(2));
  await fleet.sh(
    "pg1",
    `psql -X -At -c "INSERT INTO orgs (id, authz_id, name, full_name) VALUES ('o1', 'a1', 'acme', 'Acme')"`,
  );
  const xmin = async () => Number(await fleet.sh("pg1", 'psql -X -At -c "SELECT xmin FROM orgs"'));
  const before = await xmin();
  await fleet.sh("pg1", `psql -X -At -c "UPDATE orgs SET full_name = 'Acme Corp' WHERE id = 'o1'"`);
  expect(await xmin()).toBeGreaterThan(before);
  expect(await fleet.sh("pg1", `psql -X -At -F '|' -c "SELECT id, name FROM orgs"`)).toBe(
    "o1|acme\n",
  );
  await fleet.sh("pg1", `psql -X -At -c "DELETE FROM orgs"`);
});

test("redis-cli reads flags and overrides, and says what is wrong", async () => {
  const at = 'redis-cli -h 127.0.0.1 -p "$REDIS_PORT"';
  expect((await run("redis1", `${at} --scan --pattern 'dl_org_*' | sort`)).stdout).toBe(
    "dl_org_org-00007\ndl_org_org-00011\n",
  );
  expect((await run("redis1", `${at} HMGET dl_default orgs_503_mode nothing`)).stdout).toBe(
    "false\n\n",
  );
  expect((await run("redis1", `REDISCLI_AUTH= ${at} PING`)).stdout).toContain("NOAUTH");
  expect((await run("redis1", "redis-cli -h 127.0.0.1 -p 1 PING")).end).toEqual(exited(1));
});

test("curl counts what couch holds, as the runbook asks for it", async () => {
  const inventory = loadInventory(fleet.world.inventoryFile);
  const view = (name: string) =>
    `${inventory.vars["couch_url"]}/opscode_account/_design/${name}/_view/all?limit=0`;
  const body = await fleet.sh(
    "couch1",
    `curl -fsS '${view("Mixlib::Authorization::Models::Organization")}'`,
  );
  expect(JSON.parse(body)).toEqual({ total_rows: 60, offset: 0, rows: [] });
  expect((await run("couch1", `curl -fsS '${view("Nothing")}'`)).end).toEqual(exited(22));
  expect((await run("couch1", "curl -fsS http://127.0.0.1:1/")).end).toEqual(exited(7));
});

test(
  "a stopped world leaves no process, no folder and no open port",
  { timeout: 30_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "embedded-test-"));
    const other = await startFleet({ directory, liveTraffic: true });
    const console = await other.console();
    await console.start({ timeoutSeconds: 20 });
    await other.sh("pg1", "setsid sleep 600 >/dev/null 2>&1 & true");
    expect(findProcesses(other.world.mark).length).toBeGreaterThanOrEqual(2);
    await other.stop();
    expect(findProcesses(other.world.mark)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    const client = new ssh2.Client();
    client.connect({
      host: "127.0.0.1",
      port: other.world.hosts.pg1.sshPort,
      username: "operator",
      password: "",
    });
    await expect(once(client, "ready")).rejects.toThrow("ECONNREFUSED");
  },
);

test("a world that cannot be built says why and leaves nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "embedded-test-"));
  const options = {
    directory,
    environment: "pre-prod",
    moverVersion: "2.2.14",
    organizations: 3,
    log: () => {},
  } as const;
  await expect(startEmbeddedWorld(options)).rejects.toThrow("at least 20 organizations, not 3");
  expect(existsSync(directory)).toBe(false);
});
