import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadKnownFailures } from "../../src/execute/known-failures.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { validate } from "../../src/inventory/validate.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { stepKinds } from "../../src/runbook/schema.ts";
import { blocksOf, sectionOf } from "./markdown.ts";

const folder = "docs/examples";
const guide = "docs/runbook-authors.md";
const runbooks = ["shell", "console", "api", "databag"].map((name) => `${folder}/${name}.yml`);
const files = globSync(`${folder}/*.yml`).sort();
const inputVars: Readonly<Record<string, Record<string, string>>> = {
  [`${folder}/shell.yml`]: { owner: "app" },
};

describe("the examples", () => {
  it("are these, and no file lies there that nobody loads", () => {
    const others = ["failures", "inventory", "known-failures", "searched-inventory"].map(
      (name) => `${folder}/${name}.yml`,
    );
    expect(files).toEqual([...runbooks, ...others].sort());
  });

  it.each(runbooks)("%s is valid with the inventory beside it, and can be planned", (file) => {
    const runbook = loadRunbook(file);
    const inventory = loadInventory(`${folder}/inventory.yml`);
    const vars = inputVars[file] ?? {};
    expect(validate(runbook, inventory, vars)).toEqual([]);
    const { phases } = makePlan(runbook, inventory, vars);
    expect(phases.map(({ id }) => id)).toEqual(runbook.phases.map(({ id }) => id));
  });

  it("the inventory that searches is valid with the runbook that names the server, and is quoted in the guide", () => {
    const runbook = loadRunbook(`${folder}/databag.yml`);
    const file = `${folder}/searched-inventory.yml`;
    const inventory = loadInventory(file);
    expect(validate(runbook, inventory)).toEqual([]);
    expect(Object.keys(makePlan(runbook, inventory).searches ?? {})).toEqual(["web"]);
    const example = withoutIndentation(readFileSync(file, "utf8"));
    const [quoted] = blocksOf("docs/inventory.md").filter(({ text }) => text.includes("search:"));
    expect(quoted?.text ?? "").not.toBe("");
    expect(example).toContain(withoutIndentation(quoted?.text ?? ""));
  });

  it("the known failures name classes of the rules", () => {
    const runbook = loadRunbook(`${folder}/console.yml`);
    const baseline = `${folder}/known-failures.yml`;
    const inventory = { ...loadInventory(`${folder}/inventory.yml`), baseline };
    expect(loadKnownFailures(runbook, inventory)).toHaveLength(1);
  });

  it("have a step of every kind", () => {
    const steps = runbooks.flatMap((file) => loadRunbook(file).phases.flatMap((one) => one.steps));
    const kinds = new Set(steps.map(({ kind }) => (kind === "idle" ? "poll-idle" : kind)));
    expect([...kinds].sort()).toEqual(Object.keys(stepKinds).sort());
  });
});

describe("the guide for authors", () => {
  const examples = files.map((file) => readFileSync(file, "utf8")).map(withoutIndentation);

  it.each(quotations())("quotes an example as it stands: $first", ({ text }) => {
    expect(examples.some((example) => example.includes(withoutIndentation(text)))).toBe(true);
  });

  it("explains every key of every kind of step, below the kind's own heading or for all of them", () => {
    const common = sectionOf(guide, "## Steps").split("\n### run\n")[0] ?? "";
    const missing = Object.keys(stepKinds).flatMap((kind) =>
      keysOf(kind)
        .filter((key) => !names(sectionOf(guide, `### ${kind}`), key) && !names(common, key))
        .map((key) => `${kind}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it("explains every declaration and its keys", () => {
    const { properties } = schema();
    const declarations = ["logs", "readings", "consoles", "polls", "reconciliations", "signers"];
    const chef = Object.keys(properties["chef"]?.properties ?? {});
    expect(chef).toContain("url");
    expect(chef.filter((key) => !names(sectionOf(guide, "### chef"), key))).toEqual([]);
    const missing = declarations.flatMap((name) => {
      const keys = Object.keys(properties[name]?.additionalProperties?.properties ?? {});
      expect(keys.length).toBeGreaterThan(0);
      const section = sectionOf(guide, `### ${name}`);
      return keys.filter((key) => !names(section, key)).map((key) => `${name}: ${key}`);
    });
    expect(missing).toEqual([]);
  });
});

function quotations(): readonly { readonly first: string; readonly text: string }[] {
  return blocksOf(guide)
    .filter(({ language }) => language === "yaml")
    .map(({ text }) => ({ first: text.split("\n", 1)[0] ?? "", text }));
}

interface Schema {
  readonly $defs: Readonly<Record<string, { readonly properties: object }>>;
  readonly properties: Readonly<
    Record<
      string,
      {
        readonly properties?: object;
        readonly additionalProperties?: { readonly properties?: object };
      }
    >
  >;
}

function schema(): Schema {
  return JSON.parse(readFileSync("runbook.schema.json", "utf8")) as Schema;
}

function keysOf(kind: string): readonly string[] {
  return Object.keys(schema().$defs[`${kind}-step`]?.properties ?? {});
}

/** As code in the text (`key`, `key: value`), or as a key of a quoted example. */
function names(text: string, key: string): boolean {
  return new RegExp(`\`${key}[\`:]|^\\s*(- )?${key}:`, "m").test(text);
}

/** Indentation and a list's dash differ between a file and its quotation; nothing else may. */
function withoutIndentation(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/^- /, ""))
    .filter((line) => line !== "")
    .map((line) => `${line}\n`)
    .join("");
}
