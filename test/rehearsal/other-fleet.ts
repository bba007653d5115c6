import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

import type { LoggedRequest } from "../../worlds/common/request-log.ts";
import { moverPaths } from "../../worlds/embedded/mover-release.ts";
import { couchServes, setStage, sqlServes, type Stage } from "./support/stage.ts";

/** Another fleet: the same parts elsewhere, under other names, with a request log that looks different. */
const requestLog = {
  name: "access",
  format: ({ method, path, status, user = "-", flags }: LoggedRequest, at: Date): string =>
    `[${at.toISOString()}] ${status} ${method} "${path}" ${user} ${[
      flags.couchdb_organizations,
      flags.couchdb_associations,
      flags.couchdb_association_requests,
    ].join("/")}`,
};
const entry = String.raw`^\[(?<time>[^\]]+)\] (?<status>\d{3}) (?<method>[A-Z]+) "(?<path>[^"]*)" (?<user>\S+) (?<couchdb_organizations>\w+)/(?<couchdb_associations>\w+)/(?<couchdb_association_requests>\w+)$`;

const script = `#!/bin/sh
case "$1" in
up) exec "$(dirname "$0")/.mover" start ;;
down) exec "$(dirname "$0")/.mover" stop ;;
shell) exec "$(dirname "$0")/.mover" attach ;;
is-up) exec "$(dirname "$0")/.mover" ping ;;
*) echo "no such verb: $1"; exit 64 ;;
esac
`;

/** A fleet that is built differently. */
export function otherFleetTests(): void {
  test.concurrent(
    "a fleet with other paths, console commands and log formats needs another inventory, and no other code",
    { timeout: 600_000 },
    async (context) => {
      const stage = await setStage(context, { requestLog });
      const mover = moveMover(stage);
      const schemas = { pg1: moveSchema(stage, "pg1"), pg2: moveSchema(stage, "pg2") };
      stage.changeInventory(({ hosts, roles, vars }) => {
        Object.assign(hosts["couch1"] ?? {}, { vars: { ...hosts["couch1"]?.vars, ...mover } });
        for (const [name, schema_dir] of Object.entries(schemas))
          Object.assign(hosts[name] ?? {}, { vars: { ...hosts[name]?.vars, schema_dir } });
        Object.assign(vars, {
          mover_start: "sudo ./moverctl up",
          mover_attach: "sudo ./moverctl shell",
          mover_ping: "sudo ./moverctl is-up",
          mover_stop: "sudo ./moverctl down",
          mover_log_files: "con*.log",
          erchef_log_files: "access.?",
          erchef_log_entry: entry,
        });
        roles["chef-pgsql"] = ["pg2", "pg1"];
      });
      await stage.pass("preflight", "schema", "mover", "migrate", "cutover", "reopen");
      expect(await stage.flags()).toEqual({ orgs_503_mode: "false", ...sqlServes });
      expect(stage.bodies("verdict").at(-1)).toMatchObject({ good: true });
      expect(failuresOf(stage)).toEqual(stage.world.planted.failures);
      const requests = stage
        .bodies("observed")
        .flatMap(({ observation }) => (observation.kind === "traffic" ? [observation.total] : []));
      expect(requests.at(-1)).toBeGreaterThan(0);
      await stage.world.traffic?.stop();
      const back = await stage.run("rollback", { acceptDataLoss: 10_000 });
      expect(back.outputs["outcome"], back.log).toBe("succeeded");
      expect(await stage.flags()).toEqual({ orgs_503_mode: "false", ...couchServes });
    },
  );

  test.concurrent("a log's entry that lacks what a step looks at is refused before anything starts", async (context) => {
    const stage = await setStage(context, { requestLog });
    const vars = (text: string) => ({
      inputs: { vars: JSON.stringify({ erchef_log_entry: text }) },
    });
    const without = await stage.run("preflight", vars("^(?<method>[A-Z]+) (?<path>.*)"));
    expect(without.status).toBe(3);
    expect(without.log).toMatch(
      /runbook\.yml:\d+:\d+: logs\/requests\/entry: `\$\{erchef_log_entry\}` has no group `status`/,
    );
    const broken = await stage.run("preflight", vars("^(?<method>[A-Z]+"));
    expect(broken.status).toBe(3);
    expect(broken.log).toMatch(/`\$\{erchef_log_entry\}` is not a regular expression: /);
    expect(stage.events()).toEqual([]);
  });
}

/** Moves the whole release, and gives its script another name and other verbs. */
function moveMover({ world }: Stage): Record<string, string> {
  const host = world.hosts.couch1.directory;
  const from = moverPaths(host);
  const release = join(host, "opt/mover");
  const dets = join(host, "data/dets");
  mkdirSync(dirname(release), { recursive: true });
  mkdirSync(dirname(dets), { recursive: true });
  renameSync(from.dets, dets);
  renameSync(from.release, release);
  const kept = join(host, "var/packages/chef_mover/2.2.14");
  mkdirSync(join(kept, "opt"), { recursive: true });
  renameSync(join(kept, "srv/chef_mover/current"), join(kept, "opt/mover"));
  const settings = join(host, "etc/chef/client.json");
  const client = readFileSync(settings, "utf8");
  writeFileSync(settings, client.replaceAll("srv/chef_mover/current", "opt/mover"));
  for (const name of ["mover.json", "mover.env"]) {
    const file = join(release, "etc", name);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(from.release, release).replaceAll(from.dets, dets));
  }
  const bin = join(release, "bin");
  renameSync(join(bin, "mover"), join(bin, ".mover"));
  writeFileSync(join(bin, "moverctl"), script);
  chmodSync(join(bin, "moverctl"), 0o755);
  const mover_log = join(release, "log");
  return { mover_bin: bin, mover_release: release, mover_log, dets_dir: dets };
}

function moveSchema({ world }: Stage, name: "pg1" | "pg2"): string {
  const host = world.hosts[name].directory;
  const schema = join(host, "opt/schema release");
  mkdirSync(dirname(schema), { recursive: true });
  renameSync(join(host, "srv/enterprise-chef-server-schema"), schema);
  const kept = join(host, "var/packages/enterprise-chef-server-schema/2.4.0");
  mkdirSync(join(kept, "opt"), { recursive: true });
  renameSync(join(kept, "srv/enterprise-chef-server-schema"), join(kept, "opt/schema release"));
  const settings = join(host, "etc/chef/client.json");
  const text = readFileSync(settings, "utf8");
  writeFileSync(
    settings,
    text.replaceAll("srv/enterprise-chef-server-schema", "opt/schema release"),
  );
  return schema;
}

function failuresOf(stage: Stage): Record<string, number> {
  const rows = stage.bodies("verdict").at(-1)?.failures ?? [];
  return Object.fromEntries(
    rows.flatMap(({ class: name, count }) => (count > 0 ? [[name, count]] : [])),
  );
}
