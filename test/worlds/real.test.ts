import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { HostName } from "../../worlds/common/inventory-file.ts";
import { missingParts, rootPrefix } from "../../worlds/real/packages.ts";
import { clientOf } from "../../worlds/real/postgres.ts";
import { plant } from "../../worlds/common/data.ts";
import { loggedBy, planMigration } from "../../worlds/common/migration-plan.ts";
import { startRealWorld } from "../../worlds/real/start-real-world.ts";
import type { RealWorld } from "../../worlds/real/start-real-world.ts";
import { processesOf } from "../../worlds/real/stop-leftovers.ts";

const missing = await missingParts();
const cannotRun =
  missing.length > 0 && (await rootPrefix()) === undefined && process.env["CI"] === undefined;
if (cannotRun)
  console.warn(
    `no real world here: ${missing.map(({ name }) => name).join(", ")} missing, and no root to install`,
  );

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The system's own ssh client: nothing of ours stands between the test and the hosts. */
function ssh(world: RealWorld, host: HostName, command: string, options: readonly string[] = []) {
  const args = [
    "-i",
    world.keyFile,
    "-o",
    `UserKnownHostsFile=${join(world.directory, "known_hosts")}`,
  ];
  const where = ["-p", String(world.hosts[host].sshPort), `${userInfo().username}@127.0.0.1`];
  const strict = [
    "-o",
    "StrictHostKeyChecking=yes",
    "-o",
    "BatchMode=yes",
    "-o",
    "IdentitiesOnly=yes",
  ];
  return spawn("ssh", [...args, ...strict, ...options, ...where, command], { stdio: "pipe" });
}

function run(world: RealWorld, host: HostName, command: string): Promise<Ended> {
  const child = ssh(world, host, command);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end();
  return new Promise((resolve) =>
    child.on("close", (status) => resolve({ status, stdout, stderr })),
  );
}

/** An attached console: what it printed so far, and a wait for more of it. */
function attach(world: RealWorld) {
  const child = ssh(world, "couch1", `cd '${bin(world)}' && sudo ./mover attach`, ["-tt"]);
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (status) => resolve({ status, stdout: printed, stderr: "" })),
  );
  const until = async (pattern: RegExp) => {
    await expect.poll(() => printed, { timeout: 20_000, interval: 50 }).toMatch(pattern);
  };
  return { type: (text: string) => void child.stdin.write(text), until, ended };
}

function bin({ mover }: RealWorld): string {
  return join(mover.release, "bin");
}

/** One question to the node, its answer as the node prints it on one line. */
async function ask(world: RealWorld, module: string, name: string, args = ""): Promise<string> {
  const question = `cd '${bin(world)}' && sudo ./mover rpcterms ${module} ${name} '${args}'`;
  const { stdout } = await run(world, "couch1", question);
  return stdout.trim();
}

async function migrate(world: RealWorld, callback: string): Promise<string> {
  const started = await ask(world, "mover_manager", "migrate", `all. 20. ${callback}.`);
  expect(started).toBe("{ok,burning_couches}");
  return untilReady(world);
}

async function untilReady(world: RealWorld): Promise<string> {
  let status = "";
  await expect
    .poll(async () => (status = await ask(world, "mover_manager", "status")), {
      timeout: 30_000,
      interval: 300,
    })
    .toContain("{state,ready}");
  return status;
}

async function startMover(world: RealWorld): Promise<void> {
  const control = `cd '${bin(world)}' && sudo ./mover`;
  await run(world, "couch1", `${control} start`);
  await expect
    .poll(async () => (await run(world, "couch1", `${control} ping`)).stdout, {
      timeout: 20_000,
      interval: 200,
    })
    .toBe("pong\n");
}

async function rows(world: RealWorld): Promise<Record<string, number>> {
  const client = clientOf(world.clusters.pg1);
  await client.connect();
  const count = async (from: string) =>
    Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${from}`)).rows[0]?.count);
  const counted = {
    orgs: await count("orgs"),
    associations: await count("org_user_associations"),
    invites: await count("org_user_invites"),
    groups: await count(`groups WHERE org_id = '${"0".repeat(32)}'`),
  };
  await client.end();
  return counted;
}

/** Classifies mover's log by the runbook's own rules: the first that fits names the class. */
function failuresInLog(world: RealWorld): Record<string, number> {
  const file = join(import.meta.dirname, "../../runbooks/org-migration/failures.yml");
  const rules = (
    parse(readFileSync(file, "utf8")) as { class: string; level: string; match: string }[]
  ).map((rule) => ({ ...rule, pattern: new RegExp(rule.match) }));
  const counts: Record<string, number> = {};
  for (const line of readFileSync(join(world.mover.log, "console.log"), "utf8").split("\n")) {
    const [, level, message = ""] =
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[(\w+)\] (.*)$/.exec(line) ?? [];
    const rule = rules.find(
      (candidate) => candidate.level === level && candidate.pattern.test(message),
    );
    if (rule) counts[rule.class] = (counts[rule.class] ?? 0) + 1;
  }
  return counts;
}

async function start(
  moverVersion: "2.2.14" | "2.2.17",
  objectDelayMilliseconds = 0,
): Promise<RealWorld> {
  return startRealWorld({
    directory: mkdtempSync(join(tmpdir(), "real-world-")),
    environment: "pre-prod",
    moverVersion,
    organizations: 40,
    objectDelayMilliseconds,
    log: () => {},
  });
}

/** What a migration answers while another one runs, and what the manager says ever after. */
const secondMigration = {
  "2.2.14": [/function_clause/, /noproc/],
  "2.2.17": [/^\{error,busy_now\}$/, /\{state,ready\}.*\{objects_remaining,all\}/],
} as const;

const deploy =
  "cd srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy";

describe.skipIf(cannotRun).each(["2.2.14", "2.2.17"] as const)(
  "a real world with mover %s",
  (version) => {
    let world: RealWorld;
    beforeAll(async () => {
      world = await start(version);
    }, 300_000);
    afterAll(async () => {
      await world.stop();
    }, 60_000);

    test("a command lands in its host's folder, with its own exit status, and sudo asks nothing", async () => {
      const ended = await run(world, "pg2", "pwd; sudo -n true && echo may; echo away >&2; exit 7");
      expect(ended).toEqual({
        status: 7,
        stdout: `${world.hosts.pg2.directory}\nmay\n`,
        stderr: "away\n",
      });
    }, 20_000);

    test("the source counts what was planted, as the runbook asks it", async () => {
      const url = /couch_url: (\S+)/.exec(readFileSync(world.inventoryFile, "utf8"))?.[1];
      const view = "_design/Mixlib::Authorization::Models::OrganizationUser/_view/all?limit=0";
      const { stdout } = await run(world, "couch1", `curl -fsS '${url}/opscode_account/${view}'`);
      expect(JSON.parse(stdout)).toMatchObject({ total_rows: world.planted.source.associations });
    }, 20_000);

    test("chef-client installs the release that the data bag names, says so, and fails by name", async () => {
      const name = "environments/pre-prod";
      const item = world.chef.items.get(name) ?? "";
      const converge = (host: HostName, wanted: string) => {
        world.chef.items.set(name, item.replace('"2.2.4"', `"${wanted}"`));
        return run(world, host, "sudo chef-client --format doc");
      };
      expect(await converge("pg1", "9.9.9")).toMatchObject({
        status: 1,
        stdout: expect.stringContaining("Chef Client failed. 0 resources updated in "),
        stderr: "FATAL: package enterprise-chef-server-schema 9.9.9 was not found\n",
      });
      for (const host of ["pg1", "pg2"] as const) {
        for (const updated of [1, 0]) {
          expect(await converge(host, "2.4.0")).toMatchObject({
            status: 0,
            stdout: expect.stringContaining(`Chef Client finished, ${updated}/1 resources updated`),
          });
        }
      }
    }, 60_000);

    test("make deploy brings both projects to their targets, and a second one has nothing to do", async () => {
      const status = (project: string) =>
        run(
          world,
          "pg2",
          `cd srv/enterprise-chef-server-schema/${project} && sudo su -l opscode_chef -c "cd $PWD && sqitch status"`,
        );
      expect((await status(".")).stdout).toMatch(/^# Tag: +@2\.2\.4$/m);
      for (const host of ["pg1", "pg2"] as const) {
        expect(await run(world, host, deploy)).toMatchObject({
          status: 0,
          stdout: expect.stringContaining("EC Target: @2.4.0"),
        });
      }
      expect((await status(".")).stdout).toMatch(/^# Tag: +@2\.4\.0$/m);
      expect((await status("deps/chef-server-schema")).stdout).toMatch(/^# Tag: +@1\.0\.4$/m);
      expect((await run(world, "pg1", deploy)).stdout).toContain(
        'Nothing to deploy (already at "@2.4.0")',
      );
    }, 90_000);

    test("a database user that does not exist deploys nothing", async () => {
      const ended = await run(
        world,
        "pg1",
        deploy.replace("DB_USER=opscode_chef", "DB_USER=nobody-such"),
      );
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain("user nobody-such does not exist");
    }, 20_000);

    test("a node that is down says so, one that is up takes a single terminal", async () => {
      const down = await run(world, "couch1", `cd '${bin(world)}' && sudo ./mover attach`);
      expect(down).toMatchObject({ status: 1, stdout: "Node is not running!\n" });
      await startMover(world);
      const first = attach(world);
      await first.until(/Attaching to/);
      first.type("1 + 41.\r");
      await first.until(/\b42\b/);
      const second = await attach(world).ended;
      expect(second).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("Another to_erl process already attached"),
      });
      first.type("\x04");
      await first.ended;
    }, 60_000);

    test("flags that the console sets are in Redis, and the API obeys them", async () => {
      expect(await ask(world, "mover_org_darklaunch", "orgs_503_endpoint_mode", '"true".')).toBe(
        "ok",
      );
      const read = `REDISCLI_AUTH=${world.secrets["redis_password"]} redis-cli -p ${world.redisPort} HMGET dl_default orgs_503_mode couchdb_organizations`;
      expect((await run(world, "redis1", read)).stdout).toBe("true\ntrue\n");
      const api = /api_url: (\S+)/.exec(readFileSync(world.inventoryFile, "utf8"))?.[1];
      const put = await fetch(`${api}/organizations/pivotal-probe`, { method: "PUT" });
      const get = await fetch(`${api}/organizations/pivotal-probe`);
      expect([put.status, get.status]).toEqual([503, 401]);
    }, 30_000);

    test("the migrations leave the planted rows in SQL and the planted failures in the log only", async () => {
      const built = await ask(world, "mover_manager", "create_account_dets");
      expect(built).toMatch(/^\{account_info,user_to_authz,/);
      expect(await ask(world, "dets", "info", "org_user_associations. size.")).toBe(
        String(world.planted.source.associations),
      );
      await migrate(world, "mover_org_migration_callback");
      await migrate(world, "mover_org_user_association_migration_callback");
      await migrate(world, "mover_org_user_invites_migration_callback");
      const status = await migrate(world, "mover_global_groups_migration_callback");
      const all = Object.values(world.planted.source).reduce((sum, count) => sum + count, 0);
      expect(status).toBe(
        `{ok,[{state,ready},{orgs_completed,${all}},{objects_remaining,0},{objects_requested,all},{objects_in_progress,0},{objects_failed,0},{fatal_stop,false}]}`,
      );
      expect(await rows(world)).toEqual(world.planted.rows);
      expect(failuresInLog(world)).toEqual(loggedBy(planMigration(plant(40), version)));
    }, 90_000);

    test("a restarted node has its dets again, and its counters start anew", async () => {
      const before = await ask(world, "os", "getpid");
      await run(world, "couch1", `cd '${bin(world)}' && sudo ./mover stop`);
      await startMover(world);
      expect(await ask(world, "os", "getpid")).not.toBe(before);
      expect(await ask(world, "dets", "info", "orgname_to_guid. size.")).toBe("40");
      expect(await ask(world, "mover_manager", "status")).toContain("{orgs_completed,0}");
    }, 60_000);

    test("a second migration kills the older manager for good and halts the newer one's run", async () => {
      await ask(world, "application", "set_env", "mover. object_delay. 500.");
      await ask(world, "mover_manager", "migrate", "all. 1. mover_org_migration_callback.");
      const second = await ask(
        world,
        "mover_manager",
        "migrate",
        "all. 1. mover_org_migration_callback.",
      );
      const [answer, after] = secondMigration[version];
      expect(second).toMatch(answer);
      await expect
        .poll(async () => ask(world, "mover_manager", "status"), { timeout: 20_000, interval: 300 })
        .toMatch(after);
    }, 60_000);

    test("a reset empties what was migrated", async () => {
      const deleted = await ask(
        world,
        "moser_chef_converter",
        "delete_all_org_and_global_groups_data",
      );
      expect(deleted).toContain(`{ok,"global_groups",${world.planted.rows.groups}}`);
      expect(await rows(world)).toEqual({ orgs: 0, associations: 0, invites: 0, groups: 0 });
    }, 30_000);

    test("a stopped world leaves no process and no folder", async () => {
      expect(processesOf(world.directory).length).toBeGreaterThan(8);
      await world.stop();
      expect(processesOf(world.directory)).toEqual([]);
      expect(existsSync(world.directory)).toBe(false);
    }, 30_000);
  },
);
