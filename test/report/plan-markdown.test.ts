import { describe, expect, it } from "vitest";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { md } from "../../src/report/markdown.ts";
import { planMarkdown, planText } from "../../src/report/plan-markdown.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { examplePlan } from "./example-plan.ts";

describe("a plan for people", () => {
  it("is a page with hosts, exact commands, checks, downtime and the point of no return", async () => {
    await expect(planMarkdown(examplePlan)).toMatchFileSnapshot("golden/plan.md");
  });

  it("is plain lines in a terminal", async () => {
    await expect(`${planText(examplePlan).join("\n")}\n`).toMatchFileSnapshot("golden/plan.txt");
  });

  it("says the downtime's budget, to approvers and in the log", () => {
    const plan = { ...examplePlan, downtime: { budgetSeconds: 7200 } };
    const sentence = "Budget of the downtime";
    expect(planMarkdown(plan)).toMatch(`⏱ **${sentence}**: 2 h 00 min`);
    expect(planText(plan)).toContainEqual(expect.stringContaining(`${sentence}: 2 h 00 min`));
    expect(planMarkdown(examplePlan)).not.toContain(sentence);
  });

  it("says who is searched for, how such a host is reached, and that later phases search no more", () => {
    const [first, ...others] = examplePlan.phases;
    const step = first?.steps[0];
    if (first === undefined || step === undefined) throw new Error("the example has a first step");
    const units = [{ host: "each host of db", role: "db" }];
    const rolling = { ...step, kind: "run", units, batch: 1, batchPercent: 25 };
    const plan = {
      ...examplePlan,
      searches: {
        db: {
          server: "https://chef.example.com/organizations/acme",
          query: "role:db AND chef_environment:prod",
          address: "ipaddress",
          port: 2222,
          user: "deploy",
          jump: "bastion",
        },
      },
      ownVariables: { db1: { schema_dir: "/srv/other" } },
      phases: [{ ...first, round: "opens" as const, steps: [rolling] }, ...others],
    };
    const text = planText(plan).join("\n");
    for (const words of [
      `Hosts of role db are found by ${first.id} with the search role:db AND chef_environment:prod at https://chef.example.com/organizations/acme; each is deploy at its ipaddress port 2222 by way of bastion`,
      "Where db1 is found, it has schema_dir=/srv/other",
      "the phases after it act on these hosts, and search no more",
      "[each host of db; 25 % of them at once]",
    ])
      expect(text).toContain(words);
    const page = planMarkdown(plan);
    expect(page).toContain("### Hosts that are searched for");
    expect(page).toContain("`role:db AND chef_environment:prod`");
    expect(page).toContain("on each host of db, 25 % of them at once");
    expect(planMarkdown(examplePlan)).not.toContain("searched");
  });

  it("shows a command exactly, with nothing of it read as markup", () => {
    const [first, ...others] = examplePlan.phases;
    const step = first?.steps[0];
    if (first === undefined || step === undefined) throw new Error("the example has a first step");
    const command = 'VIEW=Mixlib::Models x="${y##[a-z]}" <in | grep "</pre>"';
    const plan = {
      ...examplePlan,
      phases: [{ ...first, steps: [{ ...step, describe: [command] }] }, ...others],
    };
    const page = planMarkdown(plan);
    expect(page).toContain(
      'VIEW=Mixlib&#58;:Models x="${y##&#91;a-z]}" &lt;in | grep "&lt;/pre&gt;"',
    );
    for (const line of planText(plan)) expect(line).not.toMatch(/::|##\[/);
  });

  it("shows every step of the shipped runbook's plan", () => {
    const runbook = loadRunbook(
      new URL("../../runbooks/org-migration/runbook.yml", import.meta.url).pathname,
    );
    const inventory = loadInventory(
      new URL("../../inventory/pre-prod.yml", import.meta.url).pathname,
    );
    const plan = makePlan(runbook, inventory);
    const page = planMarkdown(plan);
    expect(page).toContain(plan.digest);
    expect(page).toContain("EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy");
    for (const { id, steps } of plan.phases) {
      expect(page).toContain(`### ${id}: `);
      for (const [index, step] of steps.entries())
        expect(page).toContain(`**${index + 1}. ${md(step.title, 120)}**`);
    }
    const summary = renderSummary({ events: [], phase: "schema", plan, now: new Date(0) });
    expect(summary).toContain("Deploy the schema");
  });
});
