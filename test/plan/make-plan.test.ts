import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepare } from "../../src/execute/prepare.ts";
import { canonicalJson, digest } from "../../src/plan/digest.ts";
import { makePlan, chainOf, phaseOf } from "../../src/plan/make-plan.ts";
import { PlanError, type Plan, type PlannedStep } from "../../src/plan/plan.ts";
import { bindRound } from "../../src/plan/resolve.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import type { VariableValue } from "../../src/runbook/schema.ts";
import { createProject, environment, type Project } from "../support/project.ts";

function planOf(project: Project, vars: Readonly<Record<string, VariableValue>> = {}): Plan {
  return prepare({ ...project, environment, vars }).plan;
}

function stepOf(plan: Plan, id: string): PlannedStep {
  const found = plan.phases.flatMap(({ steps }) => steps).find((step) => step.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}

describe("canonical JSON", () => {
  test.each([
    ["keys are sorted, at every depth", { b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    ["lists keep their order", [2, 1, [3]], "[2,1,[3]]"],
    ["what is undefined is not there", { a: undefined, b: null }, '{"b":null}'],
    ["text is quoted", { a: 'x"y\n' }, '{"a":"x\\"y\\n"}'],
  ])("%s", (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test("the digest is that of sha256sum", () => {
    expect(digest({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
});

/** A plan without a temporary path in it, so that its digest is the same everywhere. */
const golden = {
  runbook: `runbook: golden
title: A golden plan
vars: { target: "@1", level: 3, where: null }
per-environment: [where]
readings: { flags: { on: one, run: redis-cli get flag, names: [flag] } }
phases:
  - id: prepare
    round: opens
    steps: [{ id: ready, on: all, assert: test -e ready }]
  - id: work
    steps:
      - id: deploy
        on: all
        env: { TARGET: "\${target}", WHERE: "\${where}", LEVEL: "\${level}" }
        run: make deploy
        check: cat state
  - id: finish
    round: closes
    steps: [{ id: flags, reading: flags, expect: { flag: "on" } }]
`,
  inventory: `environment: test
protected: false
journal: { directory: /var/lib/journal }
hosts:
  one: { address: 10.0.0.1, user: deploy, vars: { where: here } }
  two: { address: 10.0.0.2, user: deploy, vars: { where: there } }
roles: { all: [one, two], one: [one] }
vars: { level: 4 }
`,
};

function goldenPlan(
  change: (text: typeof golden) => typeof golden = (text) => text,
  vars: Readonly<Record<string, VariableValue>> = {},
): Plan {
  const project = createProject({ hosts: ["one"] });
  const { runbook, inventory } = change(golden);
  writeFileSync(join(project.directory, "runbook.yml"), runbook);
  writeFileSync(join(project.directory, "inventory.yml"), inventory);
  return makePlan(loadRunbook(project.runbookFile), loadInventory(project.inventoryFile), vars);
}

describe("the plan's digest", () => {
  test("is the same on every machine", () => {
    expect(goldenPlan().digest).toMatchInlineSnapshot(
      `"356aa998d11d98b51842796fb1ef51180ff775fd15182c758b84657e22b69edf"`,
    );
    expect(goldenPlan().runbookDigest).toMatchInlineSnapshot(
      `"0fb7265108506c6eab339a60e28f980ef40713e7a19838830341a0a9bd498f26"`,
    );
  });

  const inRunbook = (from: string, to: string) => (text: typeof golden) => ({
    ...text,
    runbook: replaced(text.runbook, from, to),
  });
  const inInventory = (from: string, to: string) => (text: typeof golden) => ({
    ...text,
    inventory: replaced(text.inventory, from, to),
  });

  test.each([
    ["a command", inRunbook("make deploy", "make redeploy"), true],
    ["a check", inRunbook("cat state", "cat states"), true],
    ["an expectation", inRunbook('flag: "on"', 'flag: "off"'), true],
    ["a reading's command", inRunbook("get flag", "get flags"), true],
    ["a title", inRunbook("A golden plan", "Another"), true],
    ["the order", inRunbook("run: make deploy", "order: parallel\n        run: make deploy"), true],
    ["a host's address", inInventory("10.0.0.2", "10.0.0.3"), false],
    ["a host's user", inInventory("10.0.0.2, user: deploy", "10.0.0.2, user: root"), false],
    ["a host's variable", inInventory("where: there", "where: elsewhere"), false],
    ["the environment's variable", inInventory("level: 4", "level: 5"), true],
    ["a role's hosts", inInventory("all: [one, two]", "all: [two, one]"), false],
    ["its protection", inInventory("protected: false", "protected: true"), false],
  ])("changes with %s; the runbook's own only where the runbook did", (_, change, runbookToo) => {
    const [before, after] = [goldenPlan(), goldenPlan(change)];
    expect(after.digest).not.toBe(before.digest);
    expect(after.runbookDigest !== before.runbookDigest).toBe(runbookToo);
  });

  test("changes with a given variable, and so does the runbook's", () => {
    const [before, after] = [goldenPlan(), goldenPlan(undefined, { target: "@2" })];
    expect(after.digest).not.toBe(before.digest);
    expect(after.runbookDigest).not.toBe(before.runbookDigest);
  });

  test("does not change with a comment or the order of keys", () => {
    const same = goldenPlan(
      inRunbook(
        'vars: { target: "@1", level: 3, where: null }',
        '# hello\nvars: { level: 3, where: null, target: "@1" }',
      ),
    );
    expect(same.digest).toBe(goldenPlan().digest);
    expect(same.runbookDigest).toBe(goldenPlan().runbookDigest);
  });
});

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text has no ${from}`);
  return text.replace(from, to);
}

describe("variables", () => {
  const project = (vars: string, inventory: string, env: string): Project =>
    createProject({
      hosts: ["one", "two"],
      vars,
      inventory,
      steps: `- { id: act, on: all, env: { V: "${env}" }, run: "true", repeatable: true }`,
    });
  const values = (plan: Plan): unknown[] =>
    stepOf(plan, "act").units.map(({ unit }) =>
      unit.kind === "run" ? unit.spec.on.command.env?.["V"] : undefined,
    );

  test.each([
    ["the runbook's own", "v: 1", "", {}, ["1", "1"]],
    ["the inventory's over it", "v: 1", "vars: { v: 2 }", {}, ["2", "2"]],
    ["the given one over both", "v: 1", "vars: { v: 2 }", { v: 3 }, ["3", "3"]],
  ])("%s", (_, vars, inventory, given, wanted) => {
    expect(values(planOf(project(vars, inventory, "${v}"), given))).toEqual(wanted);
  });

  test("each host has its own", () => {
    expect(values(planOf(project("v: 1", "", "${me}-${v}-${environment}")))).toEqual([
      "one-1-test",
      "two-1-test",
    ]);
  });

  test("a value goes into the environment as it is, never into the command", () => {
    const value = `$(reboot); "'\\ \${v}`;
    const plan = planOf(project("v: x", "", "${v}"), { v: value });
    expect(values(plan)).toEqual([value, value]);
    expect(stepOf(plan, "act").describe.join("\n")).toContain("V='$(reboot); \"'\\''");
  });

  test.each([
    ["nothing at all", "v: null", {}, /v/],
    ["an empty text", 'v: ""', {}, /empty/],
    ["an empty text that was given", "v: x", { v: "" }, /empty/],
  ])(
    "%s for a command's environment is refused before anything is connected",
    (_, vars, given, says) => {
      expect(() => planOf(project(vars, "", "${v}"), given)).toThrow(says);
    },
  );

  test("a value in an expression is a literal and no more", () => {
    const made = createProject({
      hosts: ["one"],
      vars: "who: x",
      declarations:
        "consoles: { shell: { on: one, directory: /, node: n@h, start: a, attach: b, ping: c, stop: d } }",
      steps: `- { id: act, console: shell, eval: "m:f(\${who}).", repeatable: true }`,
    });
    const unit = stepOf(planOf(made, { who: '"). q().' }), "act").units[0]?.unit;
    expect(unit?.kind === "eval" ? unit.spec.eval : "").toBe('m:f("\\"). q().").');
  });
});

describe("what is planned", () => {
  test("hosts in the inventory's order, each once", () => {
    const made = createProject({
      steps: `- { id: act, on: [two, all], run: "true", repeatable: true }`,
    });
    expect(stepOf(planOf(made), "act").units.map(({ host }) => host)).toEqual([
      "two",
      "one",
      "three",
    ]);
  });

  test.each([
    ["serial", 1],
    ["{ rolling: 2 }", 2],
    ['{ rolling: "50%" }', 2],
    ['{ rolling: "1%" }', 1],
    ['{ rolling: "100%" }', 5],
    ["parallel", 50],
    ["parallel\n  limit: 3", 3],
  ])("order %s of five hosts is a batch of %i", (order, batch) => {
    const made = createProject({
      hosts: ["a", "b", "c", "d", "e"],
      roles: { one: ["a"] },
      steps: `- id: act\n  on: all\n  run: "true"\n  repeatable: true\n  order: ${order}`,
    });
    expect(stepOf(planOf(made), "act").batch).toBe(batch);
  });

  test("lines that differ between hosts name theirs, the others stand once", () => {
    const made = createProject({
      hosts: ["one", "two"],
      steps: `- { id: act, on: all, env: { ME: "\${me}" }, run: make deploy, check: echo done }`,
    });
    expect(stepOf(planOf(made), "act").describe).toEqual([
      "one: ME=one make deploy",
      "one: done when this says so: ME=one echo done",
      "two: ME=two make deploy",
      "two: done when this says so: ME=two echo done",
    ]);
  });

  test("a secret is named and never valued, and the round is left open", () => {
    const made = createProject({
      hosts: ["one"],
      declarations: "secrets: { token: {} }",
      steps: `- { id: act, on: one, secrets: { TOKEN: token }, env: { ROUND: "\${round}" }, run: "true", repeatable: true }`,
    });
    const step = stepOf(planOf(made), "act");
    expect(JSON.stringify(step)).toContain('"secretNames":{"TOKEN":"token"}');
    expect(step.describe.join()).toContain("<round>");
    expect(JSON.stringify(bindRound(step, "r7"))).toContain('"ROUND":"r7"');
  });

  test("the chain leaves out what is dispatched", () => {
    const made = createProject({
      hosts: ["one"],
      phases: `- { id: back, dispatched: rollback, round: closes, steps: [{ id: undo, on: one, run: "true", repeatable: true }] }`,
    });
    const plan = planOf(made);
    expect(chainOf(plan).map(({ id }) => id)).toEqual(["prepare", "work", "finish"]);
    expect(phaseOf(plan, "back").dispatched).toBe("rollback");
    expect(() => phaseOf(plan, "bakc")).toThrow(PlanError);
  });
});

test("the downtime's budget is part of the plan and its digest, by the inventory's variable", () => {
  const steps = `- { id: off, on: one, run: "true", repeatable: true, downtime: starts }`;
  const finish = `- { id: on, on: one, run: "true", repeatable: true, downtime: ends }`;
  const declarations = 'per-environment: [budget]\ndowntime: { budget: "${budget}" }';
  const options = { hosts: ["one"], steps, finish, declarations, vars: "budget: 2h" };
  const project = createProject(options);
  const shipped = planOf(project);
  expect(shipped.downtime).toEqual({ budgetSeconds: 7200 });
  project.change({ inventory: "vars: { budget: 90m }" });
  const own = planOf(project);
  expect(own.downtime).toEqual({ budgetSeconds: 5400 });
  expect(own.digest).not.toBe(shipped.digest);
  expect(own.runbookDigest).toBe(shipped.runbookDigest);
});

describe("a role that is searched for", () => {
  const chef = `chef: { url: https://chef.invalid/organizations/acme, client: runner, key: chef_key }
secrets: { chef_key: {} }
`;
  const searched = (how = ""): Plan =>
    goldenPlan(({ runbook, inventory }) => ({
      runbook: `${chef}${runbook.replace("run: make deploy", 'run: make deploy\n        order: { rolling: "50%" }')}`,
      inventory: inventory
        .replace("all: [one, two]", `all: { search: "role:all", user: deploy${how} }`)
        .replace("vars: { level: 4 }", "vars: { level: 4, where: anywhere }"),
    }));

  test("stands in the plan as each of its hosts, with what their order is a share of", () => {
    const step = stepOf(searched(), "deploy");
    expect(step.units).toMatchObject([{ host: "each host of all", role: "all" }]);
    expect(step).toMatchObject({ batch: 1, batchPercent: 50 });
    expect(step.describe.join("\n")).toContain("WHERE=anywhere");
  });

  test("is part of what is approved: the search, and what named hosts would have of their own", () => {
    const { digest, searches, ownVariables } = searched();
    const way = { address: "fqdn", port: 22, user: "deploy", jump: undefined };
    const server = "https://chef.invalid/organizations/acme";
    expect(searches).toEqual({ all: { server, query: "role:all", ...way } });
    expect(ownVariables).toEqual({ one: { where: "here" }, two: { where: "there" } });
    expect(searched().digest).toBe(digest);
    expect(searched(", jump: one").digest).not.toBe(digest);
  });

  test("leaves the digest of a plan without one as it was", () => {
    expect(goldenPlan()).toMatchObject({ searches: undefined, ownVariables: undefined });
  });
});
