import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { printKey } from "../../src/erlang/key.ts";
import type { Term } from "../../src/erlang/term.ts";
import type { Console } from "../../src/transport/console/console.ts";
import { plant } from "../../worlds/common/data.ts";
import { baselineFile } from "../../worlds/common/inventory-file.ts";
import { planMigration } from "../../worlds/common/migration-plan.ts";
import type { MoverVersion } from "../../worlds/common/migration-plan.ts";
import { parse } from "yaml";
import { moverPaths } from "../../worlds/embedded/mover-release.ts";
import { startFleet } from "./embedded-fleet.ts";
import type { Fleet } from "./embedded-fleet.ts";

let fleet: Fleet | undefined;
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

const migrations = [
  "mover_org_migration_callback",
  "mover_org_user_association_migration_callback",
  "mover_org_user_invites_migration_callback",
  "mover_global_groups_migration_callback",
];
const deploy =
  "cd srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy";

async function started(
  options: Parameters<typeof startFleet>[0] = {},
): Promise<{ fleet: Fleet; console: Console }> {
  fleet = await startFleet(options);
  await fleet.sh("pg1", deploy);
  const console = await fleet.console();
  expect(await console.start({ timeoutSeconds: 20 })).toMatchObject({ ok: true });
  return { fleet, console };
}

async function valueOf(console: Console, expression: string): Promise<Term> {
  const evaluation = await console.evaluate(expression);
  if (evaluation.kind !== "value") throw new Error(`${expression}: ${JSON.stringify(evaluation)}`);
  return evaluation.term;
}

async function textOf(console: Console, expression: string): Promise<string> {
  const evaluation = await console.evaluate(expression);
  return evaluation.kind === "value" || evaluation.kind === "exception"
    ? evaluation.text
    : evaluation.kind;
}

/** The status once nothing runs any more, for want of work or of a manager. */
async function untilReady(console: Console): Promise<string> {
  for (;;) {
    const text = await textOf(console, "mover_manager:status().");
    if (text.includes("{state,ready}") || text.includes("noproc")) return text;
    await sleep(50);
  }
}

function migrate(callback: string): string {
  return `mover_manager:migrate(all, 20, ${callback}).`;
}

const counts = [
  "SELECT count(*) FROM orgs",
  "SELECT count(*) FROM org_user_associations",
  "SELECT count(*) FROM org_user_invites",
  "SELECT count(*) FROM groups",
];

test.each<MoverVersion>(["2.2.14", "2.2.17"])(
  "a full migration with mover %s leaves what was planted, in SQL and in the log",
  { timeout: 60_000 },
  async (moverVersion) => {
    const { fleet, console } = await started({ moverVersion });
    const { planted } = fleet.world;
    await valueOf(console, "mover_manager:create_account_dets().");
    for (const callback of migrations) {
      expect(await textOf(console, migrate(callback))).toBe("{ok,burning_couches}");
      expect(await untilReady(console)).toContain("{objects_remaining,0}");
    }
    const rows = await fleet.sh("pg1", counts.map((sql) => `psql -X -At -c "${sql}"`).join("; "));
    expect(rows.trim().split("\n").map(Number)).toEqual(Object.values(planted.rows));
    const log = readFileSync(
      join(fleet.world.hosts.couch1.directory, "srv/chef_mover/current/log/console.log"),
      "utf8",
    );
    expect(classify(log)).toEqual(logged(moverVersion));
    expect(allowed(moverVersion)).toEqual(planted.failures);
    const total = Object.values(planted.source).reduce((sum, count) => sum + count, 0);
    expect(await textOf(console, "mover_manager:status().")).toContain(`{orgs_completed,${total}}`);
    await console.detach();
  },
);

/** What the log is to say of the planted data; a verdict judges some of these as what they really are. */
function logged(version: MoverVersion): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { failure } of Object.values(planMigration(plant(60), version)).flat()) {
    if (failure !== undefined) found[failure.class] = (found[failure.class] ?? 0) + 1;
  }
  return found;
}

/** Sorts the log with the failure rules that ship with the runbook. */
function classify(log: string): Record<string, number> {
  const file = join(import.meta.dirname, "../../runbooks/org-migration/failures.yml");
  const rules = parse(readFileSync(file, "utf8")) as {
    class: string;
    level: string;
    match: string;
  }[];
  const found: Record<string, number> = {};
  for (const line of log.split("\n")) {
    const level = /^\S+ \S+ \[(\w+)\]/.exec(line)?.[1];
    const rule = rules.find((one) => one.level === level && new RegExp(one.match).test(line));
    const name = rule?.class ?? (level === "info" || level === undefined ? undefined : line);
    if (name !== undefined) found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

function allowed(moverVersion: MoverVersion): Record<string, number> {
  const entries = parse(readFileSync(baselineFile(moverVersion), "utf8")) as {
    class: string;
    allowed: number;
  }[];
  return Object.fromEntries(entries.map((entry) => [entry.class, entry.allowed]));
}

test(
  "the dets are files, survive a restart, keep stale records and are gone when moved aside",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    const dets = join(fleet.world.hosts.couch1.directory, "srv/moser-data");
    expect(await textOf(console, "dets:info(orgname_to_guid, size).")).toBe("undefined");
    await valueOf(console, "mover_manager:create_account_dets().");
    expect(existsSync(join(dets, "orgname_to_guid"))).toBe(true);
    await fleet.world.couch.deleteOrganization("org-00030");
    await valueOf(console, "mover_manager:create_account_dets().");
    const before = await console.identity();
    await console.stop({ timeoutSeconds: 20 });
    await console.start({ timeoutSeconds: 20 });
    expect((await console.identity())?.pid).not.toBe(before?.pid);
    expect(await textOf(console, "dets:info(orgname_to_guid, size).")).toBe("60");
    await console.stop({ timeoutSeconds: 20 });
    await fleet.sh(
      "couch1",
      "cd srv/moser-data && mkdir aside && for f in *; do [ -d $f ] || sudo mv $f aside/; done",
    );
    await console.start({ timeoutSeconds: 20 });
    await valueOf(console, "mover_manager:create_account_dets().");
    expect(await textOf(console, "dets:info(orgname_to_guid, size).")).toBe("59");
    await console.detach();
  },
);

test(
  "the runbook's own expressions list the dets' keys by the names that SQL uses",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    const file = join(import.meta.dirname, "../../runbooks/org-migration/runbook.yml");
    const { reconciliations } = parse(readFileSync(file, "utf8")) as {
      reconciliations: Record<
        "orgs" | "associations" | "invites" | "groups",
        { dets: { eval: string } }
      >;
    };
    expect(await console.evaluate(reconciliations.orgs.dets.eval)).toMatchObject({
      kind: "exception",
      class: "error",
    });
    await valueOf(console, "mover_manager:create_account_dets().");
    const plan = planMigration(fleet.world.couch.snapshot(), "2.2.14");
    for (const kind of ["orgs", "associations", "invites", "groups"] as const) {
      const term = await valueOf(console, reconciliations[kind].dets.eval);
      if (term.type !== "list") throw new Error(`${kind}: not a list`);
      const planned = plan[kind].map((object) => object.key);
      expect(term.items.map(printKey).toSorted()).toEqual(planned.toSorted());
    }
    await console.detach();
  },
);

test.each([
  ["2.2.14", "exception", "undefined", "noproc"],
  ["2.2.17", "{error,busy_now}", "<0.142.0>", "{objects_remaining,all}"],
] as const)(
  "a second migrate during a run: mover %s answers %s",
  { timeout: 60_000 },
  async (moverVersion, answer, whereis, status) => {
    const { console } = await started({ moverVersion, objectsPerSecond: 25 });
    await valueOf(console, "mover_manager:create_account_dets().");
    await valueOf(console, migrate("mover_org_migration_callback"));
    const second = await console.evaluate(migrate("mover_org_migration_callback"));
    expect(second.kind === "value" ? second.text : second.kind).toBe(answer);
    expect(await textOf(console, "whereis(mover_manager).")).toBe(whereis);
    expect(await untilReady(console)).toContain(status);
    await console.detach();
  },
);

test(
  "a halted run stops early, and its next start meets what is in SQL already",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started({ objectsPerSecond: 50 });
    await valueOf(console, "mover_manager:create_account_dets().");
    expect(await textOf(console, "mover_manager:halt_actions().")).toBe("{error,not_now_dear}");
    await valueOf(console, migrate("mover_org_migration_callback"));
    expect(await textOf(console, "mover_manager:halt_actions().")).toBe("{ok,halting}");
    expect(await untilReady(console)).toContain("{objects_remaining,all}");
    for (let round = 0; round < 2; round += 1) {
      await valueOf(console, migrate("mover_org_migration_callback"));
      await untilReady(console);
    }
    const rows = await fleet.sh("pg1", 'psql -X -At -c "SELECT count(*) FROM orgs"');
    expect(Number(rows)).toBe(fleet.world.planted.rows.orgs);
    const log = readFileSync(
      join(fleet.world.hosts.couch1.directory, "srv/chef_mover/current/log/error.log"),
      "utf8",
    );
    expect(
      log.split("\n").filter((line) => line.includes("{conflict,")).length,
    ).toBeGreaterThanOrEqual(57);
    await console.detach();
  },
);

test(
  "what the real one suffers can be asked for: a stop without a cause, a stall that a timeout frees",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    const fault = (what: object) =>
      writeFileSync(moverPaths(fleet.world.hosts.couch1.directory).fault, JSON.stringify(what));
    await valueOf(console, "mover_manager:create_account_dets().");
    fault({ fatalStopAt: 40 });
    await valueOf(console, migrate("mover_org_migration_callback"));
    expect(await untilReady(console)).toMatch(
      /orgs_completed,40\}.*remaining,all\}.*fatal_stop,true/,
    );
    fault({ stallAt: 40 });
    await valueOf(console, migrate("mover_org_migration_callback"));
    await expect
      .poll(() => textOf(console, "mover_manager:status()."))
      .toMatch(/state,working\}.*objects_in_progress,0\}/);
    expect(await textOf(console, "gen_fsm:send_event(mover_manager, timeout).")).toBe("ok");
    expect(await untilReady(console)).toMatch(
      /orgs_completed,100\}.*remaining,0\}.*fatal_stop,true/,
    );
    await console.detach();
  },
);

test(
  "flags are set in Redis as mover sets them, and reset deletes what was migrated",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    const flags = () =>
      fleet.sh(
        "redis1",
        'redis-cli -h 127.0.0.1 -p "$REDIS_PORT" HMGET dl_default orgs_503_mode couchdb_organizations couchdb_associations couchdb_association_requests',
      );
    expect(await flags()).toBe("false\ntrue\ntrue\ntrue\n");
    expect(await textOf(console, 'mover_org_darklaunch:orgs_503_endpoint_mode("ture").')).toBe(
      "ok",
    );
    expect(
      await textOf(console, 'mover_org_darklaunch:org_related_endpoints_to_couch("false").'),
    ).toBe("ok");
    expect(await flags()).toBe("ture\nfalse\nfalse\nfalse\n");
    fleet.world.redis.setMode("read-only");
    expect(
      (await console.evaluate('mover_org_darklaunch:orgs_503_endpoint_mode("false").')).kind,
    ).toBe("value");
    expect(await flags()).toBe("ture\nfalse\nfalse\nfalse\n");
    await valueOf(console, "mover_manager:create_account_dets().");
    await valueOf(console, migrate("mover_org_migration_callback"));
    await untilReady(console);
    expect(await textOf(console, "l(moser_chef_converter).")).toBe("{module,moser_chef_converter}");
    await valueOf(console, "moser_chef_converter:delete_all_org_and_global_groups_data().");
    expect(await fleet.sh("pg1", 'psql -X -At -c "SELECT count(*) FROM orgs"')).toBe("0\n");
    await console.detach();
  },
);

test(
  "what is not there is named: functions, syntax, the dot, a node that is down",
  { timeout: 60_000 },
  async () => {
    const { console } = await started();
    expect((await console.evaluate("mover_manager:nosuch().")).kind).toBe("undefined-function");
    expect((await console.evaluate("mover_manager:status(")).kind).toBe("syntax-error");
    expect((await console.evaluate("mover_manager:status()")).kind).toBe("no-final-dot");
    expect(await textOf(console, "application:set_env(mover, sleep_time, 0).")).toBe("ok");
    expect(await textOf(console, "application:get_env(mover, sleep_time).")).toBe("{ok,0}");
    await console.stop({ timeoutSeconds: 20 });
    expect(await console.evaluate("mover_manager:status().")).toMatchObject({ kind: "refused" });
  },
);

test(
  "one terminal at a time: the second to attach is refused by name",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    await valueOf(console, "mover_manager:status().");
    const other = await fleet.console();
    expect(await other.evaluate("mover_manager:status().")).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("somebody else") as string,
    });
    await console.detach();
    expect(await textOf(other, "mover_manager:status().")).toContain("{state,ready}");
    await other.detach();
  },
);

test(
  "an answer is kept under its id until it is forgotten, and nothing is evaluated twice",
  { timeout: 60_000 },
  async () => {
    const { fleet, console } = await started();
    await valueOf(console, "mover_manager:create_account_dets().");
    const id = "round-1/migrate";
    const once = () => console.evaluate(migrate("mover_org_migration_callback"), { id });
    expect(await once()).toMatchObject({ kind: "value", text: "{ok,burning_couches}" });
    await untilReady(console);
    await console.detach();
    expect(await once()).toMatchObject({ kind: "value", text: "{ok,burning_couches}" });
    expect(await untilReady(console)).toContain(
      `{orgs_completed,${fleet.world.planted.source.orgs}}`,
    );
    await console.forget(id);
    await once();
    expect(await untilReady(console)).toContain(
      `{orgs_completed,${2 * fleet.world.planted.source.orgs}}`,
    );
    await console.detach();
  },
);
