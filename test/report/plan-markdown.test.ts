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
