import { describe, expect, it } from "vitest";

import type { Observation } from "../../src/journal/event.ts";
import { createLog } from "../../src/report/log.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { examplePlan } from "./example-plan.ts";
import { JournalBuilder } from "./journal-builder.ts";

const protection: Observation = {
  kind: "protection",
  environment: "prod",
  url: "https://github.invalid/prod",
  reviewers: ["ada", "team ops"],
  branches: ["main"],
};
const approval = {
  state: "approved",
  user: "bob",
  environments: ["prod"],
  comment: "::error::<b>",
};

function told(...observations: Observation[]) {
  const journal = new JournalBuilder("prod");
  journal.phase("preflight", "Preflight");
  for (const observation of observations) journal.observe(observation);
  journal.endPhase("succeeded", "done", "approve the next phase");
  const { events, now } = journal;
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log = createLog({ write, groups: undefined, now: () => now, secrets: [] });
  for (const event of events) log.append(event);
  log.end();
  const summary = renderSummary({ events, phase: "preflight", plan: examplePlan, now });
  return { summary, log: lines.join("\n") };
}

describe("what GitHub said", () => {
  it("stands in summary and log, as the run's approvals and made harmless", () => {
    const { summary, log } = told(protection, { kind: "approvals", approvals: [approval] });
    expect(summary).toContain("### In GitHub");
    expect(summary).toMatch(/GitHub protects prod: reviewed by ada, team ops, .* from main only/);
    expect(summary).toMatch(/the run was approved by bob for prod/);
    expect(summary).toContain("GitHub does not say which job each was for");
    expect(summary).not.toMatch(/::error::|<b>/);
    expect(log).toMatch(/GitHub protects prod/);
    expect(log).toMatch(/the run was approved by bob for prod/);
    expect(log).not.toContain("::error::");
  });

  it("is said when there is no approval, and is no section when GitHub was not asked", () => {
    expect(told({ kind: "approvals", approvals: [] }).summary).toContain(
      "GitHub lists no approval of this run",
    );
    expect(told().summary).not.toContain("In GitHub");
  });
});
