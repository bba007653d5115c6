import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { look } from "../../src/execute/look.ts";
import { withRecord } from "../../src/execute/recorded-hosts.ts";
import { withoutHosts } from "../../src/execute/hosts-of-round.ts";
import { type FixedHosts, prepare } from "../../src/execute/prepare.ts";
import { runResolution } from "../../src/execute/run-resolution.ts";
import type { EventBody } from "../../src/journal/event.ts";
import { replay } from "../../src/journal/replay.ts";
import { logLines, startLog } from "../../src/report/log-lines.ts";
import { renderSummary } from "../../src/report/summary.ts";
import type { LocalChef } from "../../worlds/chef/start-chef.ts";
import { certificates, clientKey, startChef } from "../chef/local-chef.ts";
import { ada, bob, type Bench, type Ran, type RunOptions, startBench } from "../support/bench.ts";
import { bodies } from "../support/events.ts";
import { environment } from "../support/project.ts";

/* Hosts that a search finds: fixed when the round is opened, and the same until it ends. */

const tls = certificates();
const secrets = { chef_key: clientKey, chef_ca: tls.ca };
const query = "role:db AND chef_environment:test";
const carol = { ...bob, run: "5000", by: "carol" };

const steps = `- id: mark
  on: db
  env: { ME: "\${me}" }
  run: echo "$ME" >> acts
  check: if [ -s acts ]; then echo done; else echo not-done; fi`;
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - id: undo
      on: db
      run: rm -f acts
      check: if [ -e acts ]; then echo not-done; else echo done; fi`;
/** A rollback that acts on none of the hosts that are searched for. */
const elsewhere = `- id: back
  dispatched: rollback
  round: closes
  steps: [{ id: unset, on: two, run: echo unset > flags, repeatable: true }]`;

interface Stage {
  readonly bench: Bench;
  readonly chef: LocalChef;
  run(phase: string, options?: RunOptions): Promise<Ran>;
  through(...phases: readonly string[]): Promise<void>;
  /** Writes the inventory again with other keys of the searched role. */
  search(changed?: Record<string, unknown>): void;
}

/**
 * A journal on `one`; the search finds `two` and `three`, which the inventory has too, and `four`, which it has not.
 */
async function stage(options: Partial<Parameters<typeof startBench>[0]> = {}): Promise<Stage> {
  const chef = await startChef({ tls });
  const all = {
    hosts: ["one", "two", "three", "four"],
    unlisted: ["four"],
    journalHost: "one",
    declarations: `secrets: { chef_key: { optional: true }, chef_ca: { optional: true } }
chef: { url: "${chef.url}", client: runner, key: chef_key, ca: chef_ca }`,
    steps,
    phases,
    ...options,
  };
  const bench = await startBench(all);
  const search = (changed: Record<string, unknown> = {}): void => {
    const way = { search: query, address: "net.own", user: "operator", port: bench.port("four") };
    const role = JSON.stringify({ ...way, ...changed });
    const vars = `vars: { folder: /nowhere, me: found }`;
    bench.change({ inventory: `  db: ${role}\n${vars}` });
  };
  search();
  for (const name of ["two", "four", "three"]) add(chef, name);
  add(chef, "other", { chef_environment: "prod" });
  const run = (phase: string, more: RunOptions = {}): Promise<Ran> =>
    bench.run(phase, { secrets, ...more });
  return {
    bench,
    chef,
    run,
    search,
    async through(...names) {
      for (const name of names) {
        const { outcome, sentence } = await run(name);
        if (outcome !== "succeeded") throw new Error(`${name} ${outcome}: ${sentence}`);
      }
    },
  };
}

function add({ nodes }: LocalChef, name: string, more: object = {}): void {
  const own = { role: ["db"], chef_environment: "test", net: { own: "127.0.0.1" } };
  nodes.set(name, { ...own, ...more });
}

const acts = (bench: Bench): string[] =>
  ["two", "three", "four"].map((host) => bench.read(host, "acts").trim());

function planOf(bench: Bench) {
  return prepare({ ...bench, environment, vars: {} }).plan;
}

function found(ran: Ran): Extract<EventBody, { type: "hosts-found" }> | undefined {
  return bodies(ran.own, "hosts-found")[0];
}

const notes = ({ own }: Ran): string[] =>
  bodies(own, "observed").flatMap(({ observation }) =>
    observation.kind === "note" ? [observation.text] : [],
  );

describe("a round", () => {
  test("is fixed to the hosts that its first phase finds, and needs no Chef server after that", async () => {
    const { bench, chef, run, search } = await stage();
    const { digest: planDigest } = planOf(bench);
    const prepared = await run("prepare", { planDigest });
    expect(prepared).toMatchObject({ outcome: "succeeded" });
    const way = { address: "127.0.0.1", user: "operator" };
    expect(found(prepared)).toEqual({
      type: "hosts-found",
      server: chef.url,
      roles: [
        {
          role: "db",
          search: { query, address: "net.own", user: "operator", port: bench.port("four") },
          hosts: ["four", "three", "two"].map((name) => ({ name, ...way, port: bench.port(name) })),
        },
      ],
    });
    const order = prepared.own.map(({ body }) => body.type);
    expect(order.slice(0, 3)).toEqual(["round-opened", "hosts-found", "phase-started"]);
    await chef.stop();
    const worked = await run("work", { planDigest });
    expect(worked.outcome, worked.sentence).toBe("succeeded");
    // What the inventory says of a host that is found holds for it.
    expect(acts(bench)).toEqual(["two", "three", "found"]);
    expect(bodies(worked.own, "phase-started")).toMatchObject([{ planDigest }]);
    search();
    expect(await run("finish", { planDigest })).toMatchObject({ outcome: "succeeded" });
    expect(worked.said.join("\n")).not.toContain(clientKey.split("\n")[1]);
  });

  test("acts on what was approved when the search finds others meanwhile", async () => {
    const { bench, chef, through } = await stage();
    await through("prepare");
    chef.nodes.delete("two");
    add(chef, "five");
    await through("work");
    expect(acts(bench)).toEqual(["two", "three", "found"]);
  });

  test("holds to its hosts when its first phase is run again, and says by name what is found now", async () => {
    const { chef, run, through, bench } = await stage();
    await through("prepare");
    chef.nodes.delete("two");
    add(chef, "four", { net: { own: "localhost" } });
    const pinned = bench.request("prepare").knownHosts;
    const line = pinned.split("\n").find((one) => one.includes(`:${bench.port("four")} `)) ?? "";
    const knownHosts = `${pinned}\n${line.replace("127.0.0.1", "localhost")}`;
    const again = await run("prepare", { knownHosts });
    expect(again.outcome, again.sentence).toBe("already-done");
    expect(notes(again).join("\n")).toMatch(
      /the search finds role db: no longer two \(127\.0\.0\.1\); four is at localhost, was at 127\.0\.0\.1; this round holds to the hosts that it found first/,
    );
    await chef.stop();
    const without = await run("prepare");
    expect(without.outcome).toBe("already-done");
    expect(notes(without).join("\n")).toMatch(
      /whether the search finds the same hosts is not known/,
    );
    expect(bodies(without.events, "hosts-found")).toHaveLength(1);
  });

  test("is not acted in with hosts that were read of another state of the journal", async () => {
    const { bench, run } = await stage();
    const ran = await run("prepare");
    const known = found(ran);
    const plan = planOf(bench);
    const [, phase] = plan.phases;
    if (known === undefined || phase === undefined) throw new Error("nothing was found");
    const says = (fixed: FixedHosts, of: typeof known | undefined = known) =>
      withoutHosts({ plan, phase, fixed }, of)?.sentence;
    const { roles } = known;
    expect(says({ roles, from: "record" })).toBeUndefined();
    expect(says({ roles: roles.map((one) => ({ ...one, hosts: [] })), from: "record" })).toMatch(
      /another run acted on this journal/,
    );
    expect(says({ roles, from: "search" })).toMatch(/another run acted/);
    expect(withoutHosts({ plan, phase, fixed: { roles, from: "record" } }, undefined)?.next).toBe(
      "run this phase again",
    );
  });

  test("shows them in the summary, also in that of later phases, and in the live log", async () => {
    const { run, through } = await stage();
    await through("prepare");
    const { events, plan, journalHead } = await run("work");
    if (plan === undefined) throw new Error("no plan");
    const lines = events.flatMap((event) => logLines(event, startLog(plan)).entries);
    const logged = lines.flatMap((one) => (one.kind === "line" ? [one.text] : [])).join("\n");
    expect(logged).toContain(
      `3 hosts of db by search ${query}: four (127.0.0.1), three (127.0.0.1), two (127.0.0.1)`,
    );
    for (const phase of ["prepare", "work"]) {
      const page = renderSummary({ events, phase, plan, now: new Date(), journalHead });
      expect(page).toContain("### Hosts from search");
      expect(page).toMatch(/db: 3 hosts by role:db AND chef\\?_environment:test/);
      expect(page).toMatch(/`four` is operator at 127\.0\.0\.1 port \d+/);
    }
  });

  test("that ended is followed by one that searches anew", async () => {
    const { bench, chef, run, through } = await stage();
    await through("prepare", "work", "finish");
    chef.nodes.delete("four");
    const next = await run("prepare", { actor: bob });
    expect(found(next)?.roles[0]?.hosts.map(({ name }) => name)).toEqual(["three", "two"]);
    await bench.stop("four");
    expect(await run("work", { actor: bob })).toMatchObject({ outcome: "already-done" });
  });

  test("whose runner died before it had its hosts is searched for again", async () => {
    const { run } = await stage();
    const died = new Error("the runner is gone");
    const cut = await run("prepare", {
      onEvent: ({ body }) => {
        if (body.type === "round-opened") throw died;
      },
    });
    expect(cut.outcome).toBe("failed");
    const again = await run("prepare", { actor: { ...ada, runAttempt: 2 } });
    expect(again.outcome, again.sentence).toBe("succeeded");
    expect(found(again)?.roles[0]?.hosts).toHaveLength(3);
    expect(await run("work")).toMatchObject({ outcome: "succeeded" });
  });

  test("without a record is refused, and its first phase makes one", async () => {
    const { bench, run, search } = await stage();
    bench.change({
      roles: { db: ["two"] },
      inventory: "vars: { folder: /nowhere, me: found }",
    });
    expect(await run("prepare")).toMatchObject({ outcome: "succeeded" });
    search();
    const work = await run("work");
    expect(work).toMatchObject({ outcome: "refused", own: [] });
    expect(work.sentence).toMatch(/work: this round has no record of the hosts of db/);
    expect(work.next).toMatch(/run phase prepare/);
    expect(await run("prepare")).toMatchObject({ outcome: "already-done" });
    expect(await run("work")).toMatchObject({ outcome: "succeeded" });
    expect(acts(bench)).toEqual(["two", "three", "found"]);
  });

  test("whose search was changed in the inventory is refused", async () => {
    const { run, search, through } = await stage();
    await through("prepare");
    search({ search: "role:db" });
    const work = await run("work");
    expect(work).toMatchObject({ outcome: "refused", own: [] });
    expect(work.sentence).toMatch(/inventory\.yml: the search of db is not the one with which/);
  });

  test("that is over, or another run's, is told as that, and nobody is searched for", async () => {
    const { chef, run, through } = await stage();
    await through("prepare");
    await chef.stop();
    const stranger = await run("prepare", { actor: bob });
    expect(stranger).toMatchObject({ outcome: "refused", own: [] });
    expect(stranger.sentence).toMatch(/belongs to run 4711/);
    await through("work", "finish");
    const again = await run("prepare");
    expect(again).toMatchObject({ outcome: "already-done", own: [] });
    expect(again.sentence).toMatch(/was closed by chain/);
  });

  test("is not needed to be told that none is open", async () => {
    const { chef, run } = await stage();
    const work = await run("work");
    expect(work).toMatchObject({ outcome: "refused", own: [] });
    expect(work.sentence).toMatch(/no round is open in test/);
    expect(chef.came).toEqual([]);
  });
});

describe("a search that cannot be used is refused, with what to do, and nothing is begun", () => {
  const refused: readonly (readonly [string, (stage: Stage) => void, RegExp, RegExp])[] = [
    [
      "no node",
      ({ search }) => search({ search: "role:none" }),
      /role db: no node matches "role:none"/,
      /correct the query in .*inventory\.yml/,
    ],
    [
      "two nodes of one address",
      ({ chef }) => add(chef, "four-again"),
      /four and four-again have the same address 127\.0\.0\.1:\d+/,
      /delete the node that is left over/,
    ],
    [
      "a node that is called otherwise in the inventory",
      ({ bench, search }) => search({ search: "name:uno", port: bench.port("two") }),
      /two and uno have the same address/,
      /an entry under `hosts` must be called as its node is/,
    ],
    [
      "nodes without the attribute",
      ({ chef }) => {
        add(chef, "four", { net: null });
        add(chef, "five", { net: { other: "x" } });
      },
      /node four has no attribute net\.own; role db: node five has no attribute net\.own/,
      /give the node an entry with its address under `hosts`/,
    ],
    [
      "an attribute that is no address",
      ({ chef }) => add(chef, "four", { net: { own: ["127.0.0.1"] } }),
      /node four has net\.own \["127\.0\.0\.1"\], which is no address/,
      /an attribute that holds an address/,
    ],
    [
      "a name that no host can have",
      ({ chef }) => add(chef, "four:b"),
      /node "four:b" has a name that no host can have here/,
      /leave it out of the query/,
    ],
    [
      "a node that the inventory has at another address",
      ({ chef }) => add(chef, "two", { net: { own: "192.0.2.7" } }),
      /node two has net\.own "192\.0\.2\.7", and .*inventory\.yml says that two is at 127\.0\.0\.1/,
      /correct two under `hosts`/,
    ],
    [
      "nodes whose key is not pinned, all of them",
      ({ chef }) => {
        add(chef, "five", { net: { own: "192.0.2.5" } });
        add(chef, "six", { net: { own: "db6.example.com" } });
      },
      /no host key is pinned for five \(192\.0\.2\.5:\d+\), six \(db6\.example\.com:\d+\)/,
      /no key is taken unseen/,
    ],
    [
      "a query that Solr refuses",
      ({ search }) => search({ search: 'role:"db' }),
      /400, "invalid search query: 'role:"db'"/,
      /correct the query in the inventory/,
    ],
    [
      "nodes that the client may not read",
      ({ chef }) => void chef.hidden.add("three"),
      /3 nodes match, and 2 of them came/,
      /whether this client may read all of these nodes/,
    ],
    [
      "a node that vanished",
      ({ chef }) => void chef.nodes.set("gone", null),
      /the server has nothing to say of gone, as of a node that vanished/,
      /settles by itself/,
    ],
    [
      "an index that is not there",
      ({ chef }) =>
        (chef.trouble = () => ({
          status: 404,
          body: `{"error":["I don't know how to search for node data objects."]}`,
        })),
      /404, "I don't know/,
      /whether the URL names the organization/,
    ],
    [
      "a proxy's page",
      ({ chef }) =>
        (chef.trouble = () => ({
          status: 200,
          headers: { "content-type": "text/html" },
          body: "<html>Sign in",
        })),
      /200 with no JSON \(text\/html, 13 characters\): <html>Sign in/,
      /such as a proxy/,
    ],
  ];
  test.each(refused)("%s", async (_, change, says, next) => {
    const staged = await stage();
    const { bench, chef, run } = staged;
    chef.nodes.set("uno", { net: { own: "127.0.0.1" } });
    change(staged);
    const ran = await run("prepare");
    expect(ran).toMatchObject({ outcome: "refused", own: [], events: [] });
    expect(ran.sentence).toMatch(says);
    expect(ran.next).toMatch(next);
    expect(bench.journalText()).toBe("");
  });

  test("a certificate of an authority that nobody named, a key that is none, a server that is down", async () => {
    const { bench, chef, run } = await stage();
    const untrusted = await run("prepare", { secrets: { chef_key: clientKey } });
    expect(untrusted).toMatchObject({ outcome: "refused", own: [] });
    expect(untrusted.next).toMatch(/no certificate is taken unseen/);
    const keyless = await run("prepare", { secrets: { chef_ca: tls.ca } });
    expect(keyless.sentence).toMatch(/there is no key of Chef client runner/);
    await chef.stop();
    const clock = { now: () => new Date(), sleep: async () => undefined };
    expect((await run("prepare", { clock })).sentence).toMatch(/ECONNREFUSED/);
    expect(bench.journalText()).toBe("");
  });

  test("a cancellation while it is asked is called that", async () => {
    const { bench, chef, run } = await stage();
    const cancel = new AbortController();
    chef.trouble = () => {
      cancel.abort();
      return "cut";
    };
    const ran = await run("prepare", { signal: cancel.signal });
    expect(ran).toMatchObject({ outcome: "cancelled", own: [] });
    expect(bench.journalText()).toBe("");
  });

  test("several hosts for what is on one host", async () => {
    const { bench, run, search } = await stage({
      finish: "- { id: keep, snapshot: kept, on: db, tables: { rows: cat rows } }",
    });
    const two = await run("prepare");
    expect(two).toMatchObject({ outcome: "refused", own: [] });
    expect(two.sentence).toMatch(
      /a snapshot is on one host, and role `db` has 3 \(.*inventory\.yml:\d+\): four, three, two/,
    );
    search({ search: "name:four" });
    expect(await run("prepare")).toMatchObject({ outcome: "succeeded" });
    expect(bench.journalText()).toContain("hosts-found");
  });
});

test("a node of two roles is one host, and must be reached in one way", async () => {
  const { bench, run } = await stage();
  const port = bench.port("four");
  const role = (name: string, user: string): string =>
    `  ${name}: { search: "name:four", address: net.own, user: ${user}, port: ${port} }\n`;
  const vars = "vars: { folder: /nowhere, me: found }";
  bench.change({ inventory: `${role("db", "operator")}${role("web", "root")}${vars}` });
  const refused = await run("prepare");
  expect(refused).toMatchObject({ outcome: "refused", own: [] });
  expect(refused.sentence).toMatch(
    /node four is operator@127\.0\.0\.1:\d+ by role db and root@127\.0\.0\.1:\d+ by role web/,
  );
  bench.change({ inventory: `${role("db", "operator")}${role("web", "operator")}${vars}` });
  const prepared = await run("prepare");
  expect(found(prepared)?.roles.map(({ role, hosts }) => [role, hosts.length])).toEqual([
    ["db", 1],
    ["web", 1],
  ]);
});

test("a Chef server that only a host reaches is asked through it", async () => {
  const plain = await startChef();
  const { run } = await stage({
    declarations: `secrets: { chef_key: {}, chef_ca: { optional: true } }
chef: { url: "${plain.url}", client: runner, key: chef_key, on: one }`,
  });
  add(plain, "four");
  const prepared = await run("prepare");
  expect(prepared.outcome, prepared.sentence).toBe("succeeded");
  expect(found(prepared)?.roles[0]?.hosts.map(({ name }) => name)).toEqual(["four"]);
});

describe("a rollback", () => {
  test("acts on the round's hosts, whatever the search would find and whether it can be asked", async () => {
    const { bench, chef, run, through } = await stage();
    await through("prepare", "work");
    await chef.stop();
    const back = await run("back", { actor: bob });
    expect(back.outcome, back.sentence).toBe("succeeded");
    expect(acts(bench)).toEqual(["", "", ""]);
  });

  test("goes on with them when the search was changed since, and says so", async () => {
    const { bench, run, search, through } = await stage();
    await through("prepare", "work");
    search({ search: "name:four" });
    const back = await run("back", { actor: bob });
    expect(back.outcome, back.sentence).toBe("succeeded");
    expect(notes(back).join("\n")).toMatch(/the search of db is not the one .* holds/);
    expect(acts(bench)).toEqual(["", "", ""]);
  });

  test("is refused where it acts on a role that this round never searched for", async () => {
    const { bench, run, through } = await stage({ roles: { web: ["two"] } });
    await through("prepare", "work");
    const role = `{ search: "name:four", user: operator, port: ${bench.port("four")}, address: net.own }`;
    const more = phases.replace("on: db", "on: web");
    bench.change({
      phases: more,
      roles: {},
      inventory: `  web: ${role}\n  db: ${role}\nvars: { folder: /nowhere, me: found }`,
    });
    const back = await run("back", { actor: bob });
    expect(back).toMatchObject({ outcome: "refused", own: [] });
    expect(back.sentence).toMatch(
      /nobody can say which hosts web has: .* search of db, web is not/,
    );
    expect(back.next).toMatch(/list the hosts of web in .*inventory\.yml/);
  });

  test("searches by itself where no journal tells, and its hosts join the round's record without changing it", async () => {
    const { bench, chef, run, through } = await stage();
    await through("prepare", "work");
    chef.nodes.delete("four");
    await bench.stop("one");
    const copyFile = join(bench.directory, "bob", "c.jsonl");
    const back = await run("back", { actor: bob, copyFile });
    expect(back.outcome, back.sentence).toBe("succeeded");
    expect(notes(back).join("\n")).toMatch(
      /which hosts this round is fixed to could not be read .*; they were searched for now/,
    );
    expect(acts(bench)).toEqual(["", "", "found"]);
    await bench.start("one");
    const again = await run("back", { actor: carol });
    expect(again.outcome, again.sentence).toBe("succeeded");
    expect(acts(bench)).toEqual(["", "", ""]);
    expect(bodies(again.events, "repaired")).toHaveLength(1);
  });

  test("without journal and Chef server is refused where it needs these hosts, and says what helps", async () => {
    const { bench, chef, run, through } = await stage();
    await through("prepare", "work");
    await bench.stop("one");
    await chef.stop();
    const clock = { now: () => new Date(), sleep: async () => undefined };
    const back = await run("back", { actor: bob, clock });
    expect(back).toMatchObject({ outcome: "refused", own: [] });
    expect(back.sentence).toMatch(
      /nobody can say which hosts db has: .*could not be read.*ECONNREFUSED/,
    );
    expect(back.next).toMatch(/list the hosts of db in .*inventory\.yml/);
    bench.change({
      roles: { db: ["two", "three"] },
      inventory: "vars: { folder: /nowhere, me: found }",
    });
    const listed = await run("back", {
      actor: bob,
      copyFile: join(bench.directory, "b", "c.jsonl"),
    });
    expect(listed.outcome, listed.sentence).toBe("succeeded");
    expect(acts(bench)).toEqual(["", "", "found"]);
  });

  test("without both goes on where it acts on other hosts", async () => {
    const { bench, chef, run, through } = await stage({ phases: elsewhere });
    await through("prepare", "work");
    await bench.stop("one");
    await chef.stop();
    const clock = { now: () => new Date(), sleep: async () => undefined };
    const copyFile = join(bench.directory, "bob", "c.jsonl");
    const flags = await run("back", { actor: bob, clock, copyFile });
    expect(flags.outcome, flags.sentence).toBe("succeeded");
    expect(bench.read("two", "flags")).toBe("unset\n");
  });

  test("in a round of its own searches, and its record stands in the journal", async () => {
    const { run } = await stage();
    const back = await run("back");
    expect(back.outcome, back.sentence).toMatch(/succeeded|already-done/);
    expect(found(back)?.roles[0]?.hosts).toHaveLength(3);
  });
});

describe("a step in doubt on a host that was found", () => {
  const waits = `- id: act
  on: db
  run: while [ ! -e go ]; do sleep 0.05; done; echo acted >> acts
  check: cat answer
  timeout: 2s`;
  const silent = { planned: () => undefined, event: () => undefined, say: () => undefined };

  test("is asked on its host before a ruling, and can be ruled on, without the Chef server", async () => {
    const { bench, chef, run, through, search } = await stage({ steps: waits });
    search({ search: "name:four" });
    bench.put("four", "answer", "not-done\n");
    await through("prepare");
    await chef.stop();
    expect((await run("work")).outcome).toBe("unknown");
    const request = bench.request("resolve", { actor: bob });
    const ruling = { step: "act@four", ruling: "not-done", reason: "looked" } as const;
    const running = await runResolution(request, ruling, silent);
    expect(running.sentence).toMatch(/"act" of phase work on four, .* still runs/);
    const loaded = prepare(request);
    const { plan } = withRecord(request, loaded, replay(await look(request, loaded)));
    const step = plan.phases.flatMap((one) => one.steps).find(({ id }) => id === "act");
    expect(step?.tells.map(({ at }) => at)).toContain(
      `on four (ssh -p ${bench.port("four")} operator@127.0.0.1)`,
    );
    bench.put("four", "go", "");
    await expect.poll(() => bench.read("four", "acts"), { timeout: 20_000 }).toBe("acted\n");
    await expect
      .poll(async () => (await runResolution(request, ruling, silent)).outcome, { timeout: 20_000 })
      .toBe("succeeded");
  });

  test("that no search finds any more is named when the next round begins", async () => {
    const { bench, chef, run, through, search } = await stage({
      steps: waits,
      phases: elsewhere,
    });
    search({ search: query });
    for (const name of ["two", "three", "four"]) bench.put(name, "answer", "not-done\n");
    chef.nodes.delete("two");
    chef.nodes.delete("three");
    await through("prepare");
    expect((await run("work")).outcome).toBe("unknown");
    await run("back", { actor: bob });
    chef.nodes.delete("four");
    add(chef, "two");
    const next = await run("prepare", { actor: carol });
    expect(next.outcome, next.sentence).toBe("succeeded");
    expect(notes(next).join("\n")).toMatch(
      /"act" of phase work on four \(127\.0\.0\.1\), round r\w+, was left under way, and the search does not find that host any more/,
    );
    bench.put("four", "go", "");
  });
});

test("the plan's digest is the same whoever searched, and another for each part of the search", async () => {
  const { bench, chef, search, through } = await stage();
  const { digest } = planOf(bench);
  await through("prepare");
  await chef.stop();
  expect(planOf(bench).digest).toBe(digest);
  const others = [
    { search: "role:db" },
    { address: "fqdn" },
    { user: "root" },
    { port: 22 },
    { jump: "one" },
  ].map((changed) => {
    search(changed);
    return planOf(bench).digest;
  });
  expect(new Set([digest, ...others]).size).toBe(6);
});
