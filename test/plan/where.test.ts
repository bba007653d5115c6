import { expect, test } from "vitest";

import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { makePlan } from "../../src/plan/make-plan.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { createProject } from "../support/project.ts";

test("a variable in what a log's line must match stands for itself, whatever it is made of", () => {
  const project = createProject({
    hosts: ["one"],
    vars: 'who: "a.b+(c)"',
    declarations: `logs: { requests: { on: one, files: log, entry: '^(?<user>\\S+)$' } }`,
    steps: `- { id: act, watch: requests, for: 1s, where: { user: "\${who}|x.y" } }`,
  });
  const plan = makePlan(loadRunbook(project.runbookFile), loadInventory(project.inventoryFile));
  const unit = plan.phases[1]?.steps[0]?.units[0]?.unit;
  const where = unit?.kind === "watch" ? unit.spec.where : {};
  const pattern = new RegExp(`^(?:${where["user"]})$`);
  const matched = ["a.b+(c)", "xzy", "aXb+(c)", "abc"].filter((user) => pattern.test(user));
  expect(matched).toEqual(["a.b+(c)", "xzy"]);
});
