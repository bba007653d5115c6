import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeKeyPair } from "../../worlds/common/key-pair.ts";
import { footprintOf } from "./support/footprint.ts";
import { openStage, type Ask, type InventoryFile, type Stage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ organizations: 20, liveTraffic: false });
});
afterAll(() => stage.stop());

const marker = () => join(stage.world.hosts.couch1.directory, "var/journal/environment");
const stranger = makeKeyPair();
const locked = makeKeyPair("right horse");

interface BadInput {
  readonly title: string;
  readonly phase?: string;
  readonly ask?: (stage: Stage) => Ask;
  readonly inventory?: (inventory: InventoryFile) => void;
  readonly inventoryText?: (text: string) => string;
  readonly runbook?: readonly [from: string, to: string];
  /** A file on the journal host, or its absence. */
  readonly marker?: string | undefined;
  /** All of these are said. */
  readonly says: readonly (string | RegExp)[];
}

const badInputs: readonly BadInput[] = [
  {
    title: "an unknown phase",
    phase: "migarte",
    says: ["there is no phase migarte", "did you mean migrate?"],
  },
  { title: "no phase", phase: "", says: ["phase: is required and is empty"] },
  {
    title: "an environment without an inventory",
    ask: () => ({ environment: "pre-prd", inputs: { inventory: "" } }),
    says: ["inventory/pre-prd.yml", "no such file", "did you mean `inventory/pre-prod.yml`?"],
  },
  {
    title: "an inventory of another environment than the input's",
    ask: () => ({ environment: "prod" }),
    says: ["is the inventory of environment pre-prod, and prod was asked for"],
  },
  {
    title: "a role that the inventory does not have",
    inventory: ({ roles }) => {
      roles["erchf"] = roles["erchef"] ?? [];
      delete roles["erchef"];
    },
    says: [/runbook\.yml:\d+:\d+: /, "role `erchef` is not in", "did you mean `erchf`?"],
  },
  {
    title: "a role without hosts",
    inventory: ({ roles }) => (roles["erchef"] = []),
    says: [/inventory\.yml:\d+:\d+: roles\/erchef: a role needs at least one host/],
  },
  {
    title: "a console role with two hosts",
    inventory: ({ roles }) => roles["couchdb"]?.push("redis1"),
    says: ["a console is on one host", "role `couchdb` has 2", "couch1, redis1"],
  },
  {
    title: "an unknown key in the inventory",
    inventory: (inventory) => (inventory["rolls"] = {}),
    says: [/inventory\.yml:\d+:1: rolls: unknown key `rolls`; did you mean `roles`\?/],
  },
  {
    title: "an inventory that is no YAML",
    inventoryText: (text) => text.replace("roles:", "roles: [chef-pgsql"),
    says: [/inventory\.yml:\d+:\d+: /],
  },
  {
    title: "a runbook that is no YAML",
    runbook: ["phases:\n", "phases:\n  - id: [preflight\n"],
    says: [/runbook\.yml:\d+:\d+: flow sequence/],
  },
  {
    title: "an unknown key in a step",
    runbook: ["        control: stop\n", "        control: stop\n        tiemout: 3m\n"],
    says: [/runbook\.yml:\d+:9: phases\/3\/steps\/\d+\/tiemout: unknown key/, "`timeout`?"],
  },
  {
    title: "two steps of one id",
    runbook: ["- id: logs-readable", "- id: hosts-ready"],
    says: [/runbook\.yml:\d+:\d+: .*step `hosts-ready` is already declared in line \d+/],
  },
  {
    title: "an expectation that is no term pattern",
    runbook: ['expect: "{ok, burning_couches}"', 'expect: "{ok, burning"'],
    says: [/runbook\.yml:\d+:\d+: /, '`{ok, burning` is not a term pattern: expected "}"'],
  },
  {
    title: "an empty DB_USER, with which make deploy would be root",
    phase: "schema",
    ask: () => ({ inputs: { vars: 'db_user: ""' } }),
    says: ["environment variable `DB_USER` would be empty (`${db_user}`)"],
  },
  {
    title: "a variable that nobody declared",
    ask: () => ({ inputs: { vars: "dbuser: chef" } }),
    says: ["unknown variable `dbuser`; did you mean `db_user`?"],
  },
  {
    title: "a secret that nobody declared",
    ask: () => ({ inputs: { secrets: "redis_pasword: swordfish" } }),
    says: ["no secret `redis_pasword`; did you mean `redis_password`?"],
  },
  {
    title: "an input that the action does not have",
    ask: () => ({ inputs: { dry_run: "true" } }),
    says: ["dry_run: there is no such input"],
  },
  {
    title: "a plan that is not the approved one",
    ask: () => ({ planDigest: "0123456789abcdef" }),
    says: ["the approved plan is 0123456789ab", "approve its plan"],
  },
  {
    title: "no private key",
    ask: () => ({ inputs: { "ssh-private-key": "" } }),
    says: ["neither a private key nor an agent", "set the secret that holds the private key"],
  },
  {
    title: "a private key that is none",
    ask: () => ({ inputs: { "ssh-private-key": "swordfish" } }),
    says: ["does not begin with -----BEGIN … PRIVATE KEY-----", "paste the whole private key"],
  },
  {
    title: "a private key that opens no door",
    ask: () => ({ inputs: { "ssh-private-key": stranger.private } }),
    says: [/couch1 \(operator@127\.0\.0\.1:\d+\) refused the login/, "authorized_keys"],
  },
  {
    title: "an encrypted key without its passphrase",
    ask: () => ({ inputs: { "ssh-private-key": locked.private } }),
    says: ["is encrypted and no passphrase is given"],
  },
  {
    title: "a wrong passphrase",
    ask: () => ({ inputs: { "ssh-private-key": locked.private, "ssh-passphrase": "wrong" } }),
    says: ["the passphrase does not open the private key"],
  },
  {
    title: "a journal host without a pinned key",
    ask: () => ({ inputs: { "known-hosts": "" } }),
    says: [/couch1: known_hosts has no key for \[127\.0\.0\.1\]:\d+/, "ssh-keyscan -p"],
  },
  {
    title: "a host whose key has changed",
    ask: ({ world }) => ({ inputs: { "known-hosts": withOtherKeys(world.knownHosts) } }),
    says: [/couch1: .* shows the key SHA256:\S+; pinned is SHA256:\S+/, "stand between"],
  },
  {
    title: "a journal directory that says it is another environment's",
    marker: "prod\n",
    says: [
      'belongs to environment "prod", wanted "pre-prod"',
      "correct `journal` in the inventory",
    ],
  },
  {
    title: "a journal directory without a marker",
    marker: undefined,
    says: ["no file `environment`", /mkdir -p \S+ && echo pre-prod > \S+\/environment/],
  },
  {
    title: "a phase out of order",
    phase: "migrate",
    says: ["no round is open in pre-prod", "run phase preflight first"],
  },
];

describe("bad input is refused before anything is changed", () => {
  test.for(badInputs)("$title", async (bad) => {
    const before = await footprintOf(stage);
    const end = await attempt(bad);
    const told = annotationOf(end.log);
    expect({ status: end.status, outcome: end.outputs["outcome"], told }).toMatchObject({
      status: 3,
      outcome: "refused",
    });
    for (const words of [...bad.says, "Next: ", /nothing was changed/i])
      expect(told).toMatch(typeof words === "string" ? literally(words) : words);
    expect(told.match(/Next: /g), told).toHaveLength(1);
    expect(stage.bodies("step-intended")).toEqual([]);
    expect(await footprintOf(stage)).toEqual(before);
  });
});

test("a port that nobody listens on is named with its host", async () => {
  const port = await freePort();
  const inventory = changed(({ hosts: { couch1 } }) => {
    if (couch1 !== undefined) couch1.port = port;
  });
  const [key] = stage.world.knownHosts.split("\n").filter((line) => line.includes("ssh-"));
  const pinned = `[127.0.0.1]:${port} ${(key ?? "").split(" ").slice(1).join(" ")}\n`;
  const inputs = { inventory, "known-hosts": stage.world.knownHosts + pinned };
  const { status, log } = await stage.run("preflight", { inputs });
  expect(status).toBe(3);
  expect(annotationOf(log)).toContain(
    `couch1 (127.0.0.1:${port}) cannot be reached: nobody listens on that port`,
  );
});

test("a preflight that was refused gives its round away; the next owner's phases wait for each other, and other runs for its end", async () => {
  await stage.world.hosts.erchef1.stopSshd();
  const down = await stage.run("preflight", { runId: "one" });
  await stage.world.hosts.erchef1.startSshd();
  expect(down.status).toBe(3);
  expect(annotationOf(down.log)).toMatch(/erchef1 .*cannot be reached: nobody listens/);
  const up = await stage.run("preflight", { runId: "two" });
  expect(up.outputs["outcome"], up.log).toBe("succeeded");
  const ahead = await stage.run("migrate", { runId: "two" });
  expect(ahead.status).toBe(3);
  expect(annotationOf(ahead.log)).toMatch(
    /phase migrate is out of order: phase schema is not done .*\n.*\n.*run phase schema first/,
  );
  const stranger = await stage.run("schema", { runId: "one" });
  expect(stranger.status).toBe(3);
  expect(annotationOf(stranger.log)).toMatch(/round r\S+ belongs to run two .* of rehearsal since/);
  expect(stage.bodies("step-intended")).toEqual([]);
});

/** Runs a phase with the bad input in place, and puts back what was there. */
async function attempt(bad: BadInput) {
  const inputs: Record<string, string> = { ...bad.ask?.(stage).inputs };
  if (bad.inventory !== undefined) inputs["inventory"] = changed(bad.inventory);
  if (bad.inventoryText !== undefined) inputs["inventory"] = changedText(bad.inventoryText);
  if (bad.runbook !== undefined) inputs["runbook"] = changedRunbook(...bad.runbook);
  const said = readFileSync(marker(), "utf8");
  if ("marker" in bad) {
    if (bad.marker === undefined) rmSync(marker());
    else writeFileSync(marker(), bad.marker);
  }
  const end = await stage.run(bad.phase ?? "preflight", { ...bad.ask?.(stage), inputs });
  writeFileSync(marker(), said);
  return end;
}

/** The one annotation that GitHub shows, as its reader sees it. */
function annotationOf(log: string): string {
  const [, text = ""] = /^::error::(.*)$/m.exec(log) ?? [];
  return text.replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function literally(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

/** A copy of the inventory beside the original, since paths in it are relative. */
function changed(change: (inventory: InventoryFile) => void): string {
  const original = readFileSync(stage.world.inventoryFile, "utf8");
  stage.changeInventory(change);
  const text = readFileSync(stage.world.inventoryFile, "utf8");
  writeFileSync(stage.world.inventoryFile, original);
  return changedText(() => text);
}

function changedText(change: (text: string) => string): string {
  const file = join(stage.world.directory, "changed-inventory.yml");
  writeFileSync(file, change(readFileSync(stage.world.inventoryFile, "utf8")));
  return file;
}

function changedRunbook(from: string, to: string): string {
  const folder = mkdtempSync(join(stage.out, "runbook-"));
  cpSync(join(import.meta.dirname, "../../runbooks/org-migration"), folder, { recursive: true });
  const file = join(folder, "runbook.yml");
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return file;
}

function withOtherKeys(knownHosts: string): string {
  const key = stranger.public.split(" ").slice(0, 2).join(" ");
  return knownHosts.replaceAll(/^(\S+) .*$/gm, `$1 ${key}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
